package flutterwave_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// told says in which part of the README the fields of a struct stand, and below which name.
// Structs without fields of the wire are not here.
var told = map[string][]struct{ part, below string }{
	"Envelope":       {{"Envelope of every answer", ""}},
	"listing":        {{"Envelope of every answer", ""}},
	"paging":         {{"Envelope of every answer", "meta."}},
	"pageInfo":       {{"Envelope of every answer", "meta.page_info."}},
	"appError":       {{"Errors that are ours to mend", ""}},
	"tokenCharge":    {{"POST /v3/tokenized-charges, request", ""}},
	"subaccount":     {{"POST /v3/tokenized-charges, request", "subaccounts."}},
	"firstCharge":    {{"POST /v3/charges?type=card, request", ""}},
	"cardCharge":     {{"A client, decrypted", ""}},
	"givenByShopper": {{"A client, decrypted", "authorization."}},
	"stepped":        {{"A charge that goes on, answer", ""}},
	"nextStep":       {{"A charge that goes on, answer", "meta."}},
	"stepWanted":     {{"A charge that goes on, answer", "meta.authorization."}},
	"validation":     {{"POST /v3/validate-charge, request", ""}},
	"notice":         {{"Webhooks", ""}},
	"batchRequest":   {{"POST /v3/bulk-tokenized-charges, request", ""}},
	"retries":        {{"POST /v3/bulk-tokenized-charges, request", "retry_strategy."}},
	"batchAnswer":    {{"A batch", ""}},
	"batchCharge":    {{"GET /v3/bulk-tokenized-charges/{id}/transactions, answer", ""}},
	"charge":         {{"A charge", ""}},
	"customer":       {{"A charge", "customer."}},
	"card":           {{"A charge", "card."}},
	"authorization":  {{"A charge", "meta.authorization."}},
	"happening":      {{"GET /v3/transactions/{id}/events, answer", ""}},
	"fee":            {{"GET /v3/transactions/fee, answer", ""}},
	"amountRequest":  {{"Captures, voids and refunds, request", ""}},
	"refund":         {{"A refund", ""}},
	"refundMeta":     {{"A refund", "meta."}},
	"tokenUpdate":    {{"PUT /v3/tokens/{token}, request", ""}},
	"updatedToken":   {{"PUT /v3/tokens/{token}, answer", ""}},
}

// kept are structs that are no part of the wire, and whose fields have names in JSON.
var kept = map[string]bool{"detail": true}

// members are the names in JSON of a struct's fields, and of those within it, outermost last.
func members(s *ast.StructType) []string {
	var names []string
	for _, field := range s.Fields.List {
		if inner, ok := field.Type.(*ast.StructType); ok {
			names = append(names, members(inner)...)
			continue
		}
		for range field.Names {
			written := ""
			if field.Tag != nil {
				text, _ := strconv.Unquote(field.Tag.Value)
				written, _, _ = strings.Cut(reflect.StructTag(text).Get("json"), ",")
			}
			if written != "" {
				names = append(names, written)
			}
		}
	}
	return names
}

func TestTheREADMEIsWhole(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bool{} // part and field
	part := ""
	testName := regexp.MustCompile(`^Test\w+$`)
	tests := knownTests(t)
	for line := range strings.Lines(string(text)) {
		if title, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok {
			part = title
		}
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) != 3 || cells[0] == "| field" {
			continue
		}
		rows[part+" "+strings.Trim(cells[0], "| `")] = true
		if test := strings.Trim(cells[2], "| `"); !testName.MatchString(test) || !tests[test] {
			t.Errorf("%s, %s: there is no test %s", part, cells[0], test)
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			s, ok := spec.Type.(*ast.StructType)
			if !ok {
				return true
			}
			places, isTold := told[spec.Name.Name]
			names := members(s)
			if kept[spec.Name.Name] {
				return true
			}
			if len(names) > 0 && !isTold {
				t.Errorf("the fields of %s are nowhere in the README", spec.Name.Name)
			}
			for _, place := range places {
				for _, name := range names {
					seen++
					if !rows[place.part+" "+place.below+name] {
						t.Errorf("%s: %s%s of %s is not in the README", place.part, place.below, name, spec.Name.Name)
					}
				}
			}
			return true
		})
	}
	if seen < 150 {
		t.Errorf("only %d fields were looked at", seen)
	}
}

// knownTests are the tests that the README may name.
func knownTests(t *testing.T) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, place := range []string{".", "../../app", "../../wire"} {
		files, err := filepath.Glob(filepath.Join(place, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range declared.FindAllStringSubmatch(string(text), -1) {
				tests[found[1]] = true
			}
		}
	}
	return tests
}
