# The program alone, static, without a shell, as a user without rights.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/hovedbok ./cmd/hovedbok
# Volumes take over the owner of the folder that they are mounted on.
RUN mkdir -p /out/home/data /out/home/secret && chmod 700 /out/home/data /out/home/secret

FROM scratch
# Certificates, to ask ID-porten and Maskinporten for their keys.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/hovedbok /hovedbok
COPY --from=build --chown=65532:65532 /out/home /srv/hovedbok
USER 65532:65532
WORKDIR /srv/hovedbok
VOLUME ["/srv/hovedbok/data", "/srv/hovedbok/secret"]
EXPOSE 8080
ENTRYPOINT ["/hovedbok"]
CMD ["serve", "--config", "hovedbok.yaml"]
