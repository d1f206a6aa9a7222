package apps

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// countedFolders are the folders of an app whose files count: they are kept with the version and are
// part of its digest. Code, build output and deployment files are not.
var countedFolders = []string{"config", "models", "options", "ui", "wwwroot"}

// counts reports whether a path under App/ belongs to the version.
func counts(name string) bool {
	if slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return strings.HasPrefix(part, ".") }) {
		return false
	}
	top, _, nested := strings.Cut(name, "/")
	if !nested {
		return strings.HasPrefix(name, "appsettings") && strings.HasSuffix(name, ".json")
	}
	return slices.Contains(countedFolders, top)
}

// appRoot gives the file system whose root is App/.
func appRoot(fsys fs.FS) (fs.FS, error) {
	for _, dir := range []string{"App", "."} {
		info, err := fs.Stat(fsys, path.Join(dir, "config"))
		if err == nil && info.IsDir() {
			return fs.Sub(fsys, dir)
		}
	}
	return nil, errors.New("there is no folder App/config")
}

// folderReader reads the files that count and keeps to the limits.
type folderReader struct {
	root    fs.FS
	report  *reporter
	content map[string][]byte
	size    int64
}

// readFolder reads the files of an app into memory. It gives nil when that is not possible.
func readFolder(fsys fs.FS, report *reporter) *Files {
	root, err := appRoot(fsys)
	if err != nil {
		report.add(Fault{File: "App", Code: FaultFolder, Message: "this is no app folder: " + err.Error(),
			Hint: "give the folder that holds App/, or App/ itself"})
		return nil
	}
	r := folderReader{root: root, report: report, content: map[string][]byte{}}
	if err := fs.WalkDir(root, ".", r.visit); err != nil {
		if !errors.Is(err, errFolderLimit) {
			report.add(Fault{File: "App", Code: FaultFolder, Message: "the folder cannot be read: " + err.Error()})
		}
		return nil
	}
	return newFiles(r.content)
}

var errFolderLimit = errors.New("the folder is over its limits")

func (r *folderReader) visit(name string, entry fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	if entry.IsDir() {
		return skipFolder(name)
	}
	if !counts(name) {
		return nil
	}
	if !validName(name) {
		r.report.add(Fault{File: name, Code: FaultFileName, Message: "the name holds a backslash or a control character", Hint: "rename the file"})
		return nil
	}
	return r.read(name)
}

// skipFolder keeps the walk out of folders without files that count.
func skipFolder(name string) error {
	top, _, _ := strings.Cut(name, "/")
	if name != "." && (!slices.Contains(countedFolders, top) || strings.HasPrefix(path.Base(name), ".")) {
		return fs.SkipDir
	}
	return nil
}

func validName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f || r == 0xfffd })
}

func (r *folderReader) read(name string) error {
	file, err := r.root.Open(name)
	if err != nil {
		return err
	}
	content, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	r.size += int64(len(content))
	r.content[name] = content
	switch {
	case len(content) > maxFileSize:
		return r.over(name, "the file is larger than %d MiB", maxFileSize>>20)
	case r.size > maxFolderSize:
		return r.over(name, "the folder is larger than %d MiB", maxFolderSize>>20)
	case len(r.content) > maxFiles:
		return r.over(name, "the folder has more than %d files", maxFiles)
	}
	return nil
}

func (r *folderReader) over(name, format string, limit int) error {
	r.report.add(Fault{File: name, Code: FaultFileSize, Message: fmt.Sprintf(format, limit), Hint: "remove what the app does not need"})
	return errFolderLimit
}
