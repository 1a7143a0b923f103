package arch_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The sizes that keep files about one thing. The runaways of every good codebase
// are its wiring function, its HTTP front and its test suite.
const (
	maxGoFile         = 500 // lines
	maxTypeScriptFile = 250
	maxFunction       = 80
)

// sources gives the repository's own text files of some endings, from its root.
func sources(t *testing.T, endings ...string) []string {
	t.Helper()
	root := filepath.Join("..", "..")
	var files []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "dist" || name == "testdata") {
			return filepath.SkipDir
		}
		for _, ending := range endings {
			if strings.HasSuffix(name, ending) && !strings.Contains(name, ".gen.") {
				files = append(files, path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	for _, path := range sources(t, ".go", ".ts", ".tsx", ".css", ".sql") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		limit := maxGoFile
		if strings.HasSuffix(path, ".ts") || strings.HasSuffix(path, ".tsx") {
			limit = maxTypeScriptFile
		}
		if lines := bytes.Count(text, []byte("\n")); lines > limit {
			t.Errorf("%s has %d lines; %d is the most", path, lines, limit)
		}
	}
}

func TestFunctionsAreShortAndExportsAreDocumented(t *testing.T) {
	t.Parallel()
	for _, path := range sources(t, ".go") {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		isTest := strings.HasSuffix(path, "_test.go")
		for _, declared := range file.Decls {
			if function, ok := declared.(*ast.FuncDecl); ok {
				lines := files.Position(function.End()).Line - files.Position(function.Pos()).Line + 1
				if lines > maxFunction {
					t.Errorf("%s: %s has %d lines; %d is the most", path, function.Name.Name, lines, maxFunction)
				}
			}
			if !isTest {
				for _, name := range undocumented(declared) {
					t.Errorf("%s: %s is exported and says nothing of itself", path, name)
				}
			}
		}
	}
}

// undocumented gives the exported names of a declaration that have no comment. A
// comment over a group of constants, variables or types speaks for the group.
func undocumented(declared ast.Decl) []string {
	switch d := declared.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		if d.Doc != nil || d.Tok == token.IMPORT {
			return nil
		}
		var names []string
		for _, spec := range d.Specs {
			if s, ok := spec.(*ast.TypeSpec); ok && s.Name.IsExported() && s.Doc == nil {
				names = append(names, s.Name.Name)
			}
			if s, ok := spec.(*ast.ValueSpec); ok && s.Doc == nil && s.Comment == nil {
				for _, name := range s.Names {
					if name.IsExported() {
						names = append(names, name.Name)
					}
				}
			}
		}
		return names
	}
	return nil
}

// exportedReceiver tells whether a function is one that others can see: a method
// of an unexported type is not.
func exportedReceiver(f *ast.FuncDecl) bool {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return true
	}
	kind := f.Recv.List[0].Type
	if pointer, ok := kind.(*ast.StarExpr); ok {
		kind = pointer.X
	}
	if generic, ok := kind.(*ast.IndexExpr); ok {
		kind = generic.X
	}
	name, ok := kind.(*ast.Ident)
	return !ok || name.IsExported()
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, path := range sources(t, ".go") {
		if strings.HasSuffix(path, "_test.go") && filepath.Base(filepath.Dir(path)) != "arch" && filepath.Base(filepath.Dir(path)) != "e2e" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		folder := filepath.Dir(path)
		documented[folder] = documented[folder] || file.Doc != nil
	}
	for folder, ok := range documented {
		if !ok {
			t.Errorf("package %s has no comment that says what it is", folder)
		}
	}
}

// The top level is fixed: a newcomer should find any room from the tree alone.
func TestTheTopLevelIsFixed(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("git", "-C", filepath.Join("..", ".."), "ls-files").Output()
	if err != nil {
		t.Skip("not a git checkout")
	}
	allowed := map[string]bool{"server": true, "frontend": true, "embed": true, "internal": true, "migrations": true}
	for path := range strings.Lines(string(out)) {
		top, _, inFolder := strings.Cut(strings.TrimSpace(path), "/")
		if inFolder && !allowed[top] && !strings.HasPrefix(top, ".") {
			t.Errorf("%s lies in a folder that the house plan does not have", strings.TrimSpace(path))
		}
	}
}
