package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// The package that makes a program bare, and the entry point it brings.
const (
	barePackage = "gossamer/ulib/sys"
	bareEntry   = "gossamer/ulib/sys.Start"
)

// withBuilt calls use with an executable made from p, a folder or an ELF file,
// and with the name for it in /bin; the executable exists during the call.
func withBuilt(p, module string, use func(file, name string) error) (name string, err error) {
	info, err := os.Stat(p)
	if err != nil {
		return "", err
	}
	full, err := filepath.Abs(p)
	if err != nil {
		return "", err
	}
	name = strings.Map(plain, filepath.Base(full))
	if !info.IsDir() {
		return name, use(full, name)
	}
	if module, err = filepath.Abs(module); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp("", "gossamer-prog")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	file := filepath.Join(tmp, "program")
	if err := buildFolder(full, module, tmp, file); err != nil {
		return "", fmt.Errorf("%s: %w", p, err)
	}
	return name, use(file, name)
}

// plain replaces what would need quoting on the kernel's command line.
func plain(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-+", r) {
		return r
	}
	return '_'
}

// buildFolder builds the package main in dir into file.
func buildFolder(dir, module, tmp, file string) error {
	g := goCommand{dir: dir}
	gomod, err := g.run("env", "GOMOD")
	if err != nil {
		return err
	}
	switch gomod = strings.TrimSpace(gomod); {
	case gomod == "" || gomod == os.DevNull:
		if err := g.adopt(module, tmp); err != nil {
			return err
		}
	case filepath.Dir(gomod) != module:
		if err := g.join(filepath.Dir(gomod), module, tmp); err != nil {
			return err
		}
	}
	// One list gives the kind of the package and, by its dependencies, the kind of the program.
	out, err := g.run("list", "-e", "-deps", "-f", "{{if .DepOnly}}dep{{else}}{{.Name}}{{end}} {{.ImportPath}}", ".")
	if err != nil {
		return err
	}
	bare := false
	for line := range strings.Lines(out) {
		kind, path, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		switch {
		case kind == "dep":
			bare = bare || path == barePackage
		case kind == "":
			return errors.New("no Go program there")
		case kind != "main":
			return fmt.Errorf("package %s, not package main", kind)
		}
	}
	args := []string{"build", "-trimpath", "-o", file}
	if bare {
		args = append(args, "-ldflags=-E "+bareEntry)
	}
	_, err = g.run(append(args, ".")...)
	return err
}

// goCommand runs the go command in one folder.
type goCommand struct {
	dir   string
	env   []string
	flags []string // for every subcommand that looks at packages
}

func (g *goCommand) run(args ...string) (string, error) {
	if args[0] != "env" {
		args = append(append([]string{args[0]}, g.flags...), args[1:]...)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = g.dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOAMD64=v1")
	cmd.Env = append(cmd.Env, g.env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("go %s: %v\n%s", args[0], err, strings.TrimSpace(errs.String()))
	}
	return out.String(), nil
}

// adopt makes a folder outside of any module look as if it had a go.mod that
// requires gossamer from this tree. Nothing is written into the folder: the
// go command's overlay shows it the files.
func (g *goCommand) adopt(module, tmp string) error {
	mod, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err != nil {
		return err
	}
	// The requirements are those of this tree, so that no download is needed
	// beyond what the tree needs anyway.
	var b strings.Builder
	for line := range strings.Lines(string(mod)) {
		if strings.HasPrefix(line, "module ") {
			line = "module program\n"
		}
		b.WriteString(line)
	}
	fmt.Fprintf(&b, "\nrequire gossamer v0.0.0\nreplace gossamer => %s\n", quote(module))
	files := map[string]string{}
	put := func(name string, data []byte) error {
		real := filepath.Join(tmp, name)
		files[filepath.Join(g.dir, name)] = real
		return os.WriteFile(real, data, 0o644)
	}
	if err := put("go.mod", []byte(b.String())); err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(module, "go.sum"))
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := put("go.sum", sum); err != nil {
		return err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": files})
	if err != nil {
		return err
	}
	path := filepath.Join(tmp, "overlay.json")
	g.flags = []string{"-overlay=" + path, "-mod=mod"}
	g.env = []string{"GOWORK=off"}
	return os.WriteFile(path, overlay, 0o644)
}

// join lets a folder with a go.mod of its own import gossamer without having
// to say where that is: a workspace of both. A go.mod that mentions gossamer
// is left alone.
func (g *goCommand) join(root, module, tmp string) error {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	if slices.Contains(strings.Fields(string(mod)), "gossamer") {
		return nil
	}
	if work, err := g.run("env", "GOWORK"); err != nil || strings.TrimSpace(work) != "" {
		return err // a workspace of their own, or none wanted
	}
	own, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err != nil {
		return err
	}
	var b strings.Builder
	for line := range strings.Lines(string(own)) {
		if strings.HasPrefix(line, "go ") {
			b.WriteString(line)
		}
	}
	fmt.Fprintf(&b, "use (\n\t%s\n\t%s\n)\n", quote(root), quote(module))
	path := filepath.Join(tmp, "go.work")
	g.env = []string{"GOWORK=" + path}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

// quote spells a path for go.mod and go.work.
func quote(path string) string { return "\"" + path + "\"" }
