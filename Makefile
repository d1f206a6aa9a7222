# make help lists the targets.

GO      ?= go
FUZZ    ?= 1m
PKG     ?= ./...
BENCH   ?= .
FUZZERS  = $(shell grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u)

.DEFAULT_GOAL := help
.PHONY: help build demo test race lint fuzz bench hammer check clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build the program as ./hovedbok
	$(GO) build -trimpath -o hovedbok ./cmd/hovedbok

demo: ## start everything with the sample services and play a case through
	$(GO) run ./cmd/hovedbok demo

test: ## run all tests
	$(GO) test ./...

race: ## run all tests with the race detector
	$(GO) test -race ./...

lint: ## check format, vet, staticcheck and the rules in internal/lint
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not formatted:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) test ./internal/lint

fuzz: ## fuzz every target for FUZZ=1m in all
	@set -e; n=$$(grep -rh --include='*_test.go' '^func Fuzz' . | wc -l); each=$$(( $$(echo "$(FUZZ)" | sed 's/m$$/*60/; s/s$$//') / (n > 0 ? n : 1) )); \
	each=$$(( each > 1 ? each : 1 )); \
	for dir in $(FUZZERS); do for f in $$(grep -h '^func Fuzz' $$dir/*_test.go | sed 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/'); do \
	  echo "$$dir $$f"; $(GO) test -run='^$$' -fuzz="^$$f$$" -fuzztime=$${each}s $$dir; done; done

bench: ## run the benchmarks: PKG=./ledger/... BENCH=Append
	$(GO) test -run='^$$' -bench='$(BENCH)' -benchmem $(PKG)

hammer: build ## load a node, kill it twenty times, and count what was lost
	./hovedbok hammer --kill --chains 1000

check: lint race ## what must pass before a change goes in

clean: ## remove what was built, but no data
	rm -f hovedbok *.test *.prof *.out
	$(GO) clean -testcache
