package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strconv"
	"strings"
)

// generateTypes writes a TypeScript interface for every exported struct of a Go
// file, with its JSON names and its comments, so that both sides of the wire are
// described once.
func generateTypes(source, out string) error {
	parsed, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	var text strings.Builder
	text.WriteString("// Made from " + source + " by go run ./frontend/build. Do not edit.\n")
	for _, declared := range parsed.Decls {
		group, ok := declared.(*ast.GenDecl)
		if !ok || group.Tok != token.TYPE {
			continue
		}
		for _, spec := range group.Specs {
			named := spec.(*ast.TypeSpec)
			fields, ok := named.Type.(*ast.StructType)
			if !ok || !named.Name.IsExported() {
				continue
			}
			fmt.Fprintf(&text, "\n/** %s */\nexport interface %s {\n", strings.TrimSpace(strings.ReplaceAll(group.Doc.Text(), "\n", " ")), named.Name.Name)
			for _, field := range fields.Fields.List {
				line, err := property(field)
				if err != nil {
					return fmt.Errorf("%s: %s: %w", source, named.Name.Name, err)
				}
				text.WriteString(line)
			}
			text.WriteString("}\n")
		}
	}
	return os.WriteFile(out, []byte(text.String()), 0o644)
}

// property writes one field.
func property(field *ast.Field) (string, error) {
	kind, err := typescript(field.Type)
	if err != nil {
		return "", err
	}
	tag, err := strconv.Unquote(field.Tag.Value)
	if err != nil {
		return "", err
	}
	name, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
	optional, note := "", ""
	if options == "omitempty" {
		optional = "?"
	}
	if comment := strings.TrimSpace(field.Comment.Text()); comment != "" {
		note = " // " + comment
	}
	return fmt.Sprintf("  %s%s: %s;%s\n", name, optional, kind, note), nil
}

// typescript gives the TypeScript spelling of a Go type.
func typescript(t ast.Expr) (string, error) {
	switch t := t.(type) {
	case *ast.Ident:
		switch t.Name {
		case "string":
			return "string", nil
		case "int", "int64", "float64":
			return "number", nil
		case "bool":
			return "boolean", nil
		case "any":
			return "unknown", nil
		}
		return t.Name, nil
	case *ast.SelectorExpr:
		if t.Sel.Name == "RawMessage" { // JSON that the server does not look into
			return "unknown", nil
		}
	case *ast.StarExpr:
		inner, err := typescript(t.X)
		return inner + " | null", err
	case *ast.ArrayType:
		inner, err := typescript(t.Elt)
		return inner + "[]", err
	case *ast.MapType:
		inner, err := typescript(t.Value)
		return "Record<string, " + inner + ">", err
	}
	return "", fmt.Errorf("no TypeScript spelling for %T", t)
}
