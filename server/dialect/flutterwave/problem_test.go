package flutterwave

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/server/wire"
)

// answered is what an error is answered with, and what is logged of it.
func answered(t *testing.T, err error) (status int, body, logged string) {
	t.Helper()
	var log bytes.Buffer
	api := &API{Log: slog.New(slog.NewTextHandler(&log, nil))}
	app := fiber.New()
	app.Get("/", func(c *fiber.Ctx) error {
		wire.SetRequestID(c, "req_1")
		return api.fail(c, err)
	})
	response, failed := app.Test(httptest.NewRequest("GET", "/", nil))
	if failed != nil {
		t.Fatal(failed)
	}
	defer response.Body.Close()
	text, failed := io.ReadAll(response.Body)
	if failed != nil {
		t.Fatal(failed)
	}
	return response.StatusCode, string(text), log.String()
}

// Every code of the house has an answer that Flutterwave's clients understand.
func TestEveryCodeHasAnAnswer(t *testing.T) {
	t.Parallel()
	want := map[fault.Code]int{
		fault.Invalid: 400, fault.Malformed: 400, fault.TooLarge: 413, fault.Unsupported: 400, fault.BadMethod: 400, fault.Unauthenticated: 401, fault.Forbidden: 403,
		fault.NotFound: 404, fault.Conflict: 400, fault.Gone: 400, fault.TooMany: 429, fault.ProofNeeded: 400, fault.Unavailable: 500, fault.Internal: 500,
	}
	for _, code := range fault.All {
		status, body, _ := answered(t, fault.New(code, "Why."))
		if status != want[code] {
			t.Errorf("%s is answered with %d, want %d", code, status, want[code])
		}
		if status < 500 && body != `{"status":"error","message":"Why.","data":null}` {
			t.Errorf("%s: %s", code, body)
		}
	}
	if _, body, _ := answered(t, fault.Field("customer.email", "Odd.")); !strings.Contains(body, `"message":"email: Odd."`) {
		t.Errorf("a field: %s", body)
	}
	if _, body, _ := answered(t, fault.Field("token", reasonToken)); !strings.Contains(body, `"message":"Token not found"`) {
		t.Errorf("a message that clients compare: %s", body)
	}
}

// What is ours to mend is logged with its cause, of which the caller sees nothing.
func TestWhatIsOursToMend(t *testing.T) {
	t.Parallel()
	status, body, logged := answered(t, errors.New("the disk is on fire"))
	var got map[string]string
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if status != 500 || len(got) != 3 || got["error_id"] != "req_1" || got["message"] != "Application error. Please contact support" || got["code"] != "app_error" {
		t.Errorf("%d %s", status, body)
	}
	if !strings.Contains(logged, "the disk is on fire") || !strings.Contains(logged, "req_1") {
		t.Errorf("the log has %s", logged)
	}
}
