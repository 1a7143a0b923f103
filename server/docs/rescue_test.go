package docs_test

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/docs"
)

// read gives a page of the documents, with its entities as what they stand for.
func read(t *testing.T, path string) string {
	t.Helper()
	return html.UnescapeString(raw(t, path))
}

// raw gives a page of the documents as it is sent.
func raw(t *testing.T, path string) string {
	t.Helper()
	app := fiber.New()
	docs.Docs{}.Mount(app)
	response, err := app.Test(httptest.NewRequest(http.MethodGet, path, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", path, response.StatusCode, err)
	}
	return string(text)
}

// The page on rescue tells every rule with its conditions, every class, reason, action,
// fact and switch, each with words of its own.
func TestEveryRuleIsTold(t *testing.T) {
	t.Parallel()
	page := read(t, "/docs/rescue")
	for _, rule := range rescue.DefaultTable {
		_, row, found := strings.Cut(page, `<td id="rule-`+rule.Name+`">`)
		row, _, _ = strings.Cut(row, "</tr>")
		if !found || !strings.Contains(row, rule.Why) || !strings.Contains(row, "<code>"+string(rule.Then)+"</code>") {
			t.Errorf("the rule %s is told as %q", rule.Name, row)
		}
		for _, c := range rule.When {
			if !strings.Contains(row, c.String()) {
				t.Errorf("the rule %s does not tell that %s", rule.Name, c)
			}
		}
	}
	var names []string
	for _, c := range rescue.Classes {
		names = append(names, string(c))
	}
	for _, a := range rescue.Actions {
		names = append(names, string(a))
	}
	for _, name := range append(names, rescue.FactNames()...) {
		if !regexp.MustCompile(`<tr><td><code>` + name + `</code></td><td>[A-Za-z][^<]{10,}\.</td>`).MatchString(page) {
			t.Errorf("nothing is said of %s", name)
		}
	}
	for _, r := range rescue.Reasons {
		if !strings.Contains(page, "<code>"+string(r)+"</code>") {
			t.Errorf("the reason %s is not there", r)
		}
	}
	for _, s := range merchant.Switches() {
		if !strings.Contains(page, "<code>"+string(s)+"</code>") {
			t.Errorf("the switch %s is not there", s)
		}
	}
	if !strings.Contains(read(t, "/docs"), `href="/docs/rescue"`) {
		t.Error("the first page does not lead to it")
	}
}

// A reason that may never be tried again has no timetable, and one that may be has.
func TestTheTimetablesAreTheSchedulers(t *testing.T) {
	t.Parallel()
	_, tables, _ := strings.Cut(read(t, "/docs/rescue"), "When a payment is tried again")
	tables, _, _ = strings.Cut(tables, "</table>")
	for _, r := range rescue.Reasons {
		told := strings.Contains(tables, "<td><code>"+string(r)+"</code></td>")
		if told && !r.Class().Retryable() || !told && r.Class() == rescue.Soft {
			t.Errorf("%s, which is %s, has a timetable: %v", r, r.Class(), told)
		}
	}
	if n := strings.Count(tables, "<strong>"); n < 20 {
		t.Errorf("only %d tries are told:\n%s", n, tables)
	}
}
