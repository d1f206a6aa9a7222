package vault

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

const goldenMaster = `hovedbok master key 1
id:    de7dbc80ad13c921a75f9da60ca4c599
key:   000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
check: 9f87685d4485abb6
`

func TestLoadMaster_ReadsGoldenFile(t *testing.T) {
	t.Parallel()
	m, err := LoadMaster(masterFile(t, goldenMaster, 0o600))
	if err != nil || m.ID() != "de7dbc80ad13c921a75f9da60ca4c599" || m.key[31] != 31 {
		t.Fatalf("%v, %v", m, err)
	}
	if m.text() != goldenMaster {
		t.Errorf("written again: %s", m.text())
	}
	if _, err := LoadMaster(masterFile(t, goldenMaster, 0o400)); err != nil {
		t.Errorf("read-only file: %v", err)
	}
}

func masterFile(t *testing.T, text string, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "master.key")
	if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadOrCreateMaster_MakesOneAndFindsItAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	made, err := LoadOrCreateMaster(path)
	if err != nil {
		t.Fatal(err)
	}
	found, err := LoadOrCreateMaster(path)
	if err != nil || found.ID() != made.ID() || found.key != made.key {
		t.Fatalf("%v, want %v: %v", found, made, err)
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if names, _ := os.ReadDir(filepath.Dir(path)); len(names) != 1 {
		t.Errorf("files left behind: %v", names)
	}
	if other, err := CreateMaster(path); !errors.Is(err, fs.ErrExist) || other != nil {
		t.Errorf("a key was overwritten: %v, %v", other, err)
	}
}

func TestLoadOrCreateMaster_ManyAtOnceAgree(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	ids := make([]string, 16)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			m, err := LoadOrCreateMaster(path)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = m.ID()
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] || id == "" {
			t.Fatalf("different keys: %v", ids)
		}
	}
}

func TestLoadMaster_RefusesOpenPermissions(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has access lists, not modes")
	}
	for _, mode := range []fs.FileMode{0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666, 0o777} {
		_, err := LoadOrCreateMaster(masterFile(t, goldenMaster, mode))
		if !errors.Is(err, ErrMasterFile) || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
}

func TestLoadMaster_RefusesOtherContent(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"empty":        "",
		"title only":   masterTitle + "\n",
		"other format": strings.Replace(goldenMaster, "key 1", "key 2", 1),
		"longer":       goldenMaster + "\n",
		"upper case":   strings.Replace(goldenMaster, "1a1b", "1A1B", 1),
		"key changed":  strings.Replace(goldenMaster, "0001", "0101", 1),
		"id changed":   strings.Replace(goldenMaster, "de7d", "de7e", 1),
		"sum changed":  strings.Replace(goldenMaster, "9f87", "9f88", 1),
		"not hex":      strings.Replace(goldenMaster, "0001", "zz01", 1),
		"label":        strings.Replace(goldenMaster, "key:  ", "kex:  ", 1),
		"last line":    strings.Replace(goldenMaster, "check:", "chekc:", 1),
		"line ends":    strings.Replace(goldenMaster, "599\nkey:   ", "599\r\nkey:  ", 1),
	}
	for n := range goldenMaster {
		cases["cut to "+strings.Repeat("x", n)] = goldenMaster[:n]
	}
	for name, text := range cases {
		m, err := LoadOrCreateMaster(masterFile(t, text, 0o600))
		if !errors.Is(err, ErrMasterFile) || m != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "02030405") {
			t.Errorf("%s: the error tells the key: %v", name, err)
		}
	}
}

func FuzzParseMaster(f *testing.F) {
	f.Add(goldenMaster)
	f.Add("")
	f.Add(strings.Repeat("\n", masterTextSize))
	f.Add(masterTitle + strings.Repeat("\n", masterTextSize-len(masterTitle)))
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parseMaster(text)
		if err == nil && m.text() != text {
			t.Fatalf("accepted %q, would write %q", text, m.text())
		}
		if err != nil && !errors.Is(err, ErrMasterFile) {
			t.Fatal(err)
		}
	})
}

func TestLoadMaster_RefusesWhatIsNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := LoadOrCreateMaster(dir); !errors.Is(err, ErrMasterFile) || !strings.Contains(err.Error(), "regular") {
		t.Errorf("folder: %v", err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	if _, err := LoadOrCreateMaster(link); !errors.Is(err, ErrMasterFile) {
		t.Errorf("link to a folder: %v", err)
	}
	loose := filepath.Join(dir, "loose")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), loose); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrCreateMaster(loose); !errors.Is(err, ErrMasterFile) {
		t.Errorf("link to nothing: %v", err)
	}
	if _, err := LoadOrCreateMaster(filepath.Join(dir, "no", "such", "folder")); !errors.Is(err, ErrMasterFile) {
		t.Errorf("no folder: %v", err)
	}
}

func TestLoadOrCreateMaster_RefusesANewKeyBesideADatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "master.key")
	m, err := LoadOrCreateMaster(path)
	if err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(dir, DatabaseName)
	if err := openVault(t, Options{Path: db, Master: m}).Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "master.key")
	for name, load := range map[string]func() (*Master, error){
		"beside":    func() (*Master, error) { return LoadOrCreateMaster(path) },
		"elsewhere": func() (*Master, error) { return LoadOrCreateMaster(elsewhere, db) },
	} {
		if _, err := load(); !errors.Is(err, ErrMasterFile) || !strings.Contains(err.Error(), "back-up") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, p := range []string{path, elsewhere} {
		if _, err := os.Stat(p); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s was made: %v", p, err)
		}
	}
}
