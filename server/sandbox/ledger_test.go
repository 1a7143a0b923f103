package sandbox_test

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/sandbox"
)

func TestTheLedgerOutlivesTheSandbox(t *testing.T) {
	t.Parallel()
	b := start(t)
	body := ask("4111111111111111")
	_, approved := b.post(body)
	_, pending := b.post(ask("4000002760003184"))
	_, left := b.post(ask("4000002760003184"))
	b.decide(pending.ChallengeURL, "refuse")
	file, err := os.ReadFile(b.path)
	if err != nil {
		t.Fatal(err)
	}
	// It only grows: a settled challenge has a second line.
	if lines(file, approved.Reference) != 1 || lines(file, pending.Reference) != 2 || bytes.Count(file, []byte("\n")) != 4 {
		t.Errorf("the file is\n%s", file)
	}
	again, err := sandbox.OpenLedger(b.path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	rows := again.List()
	if len(rows) != 3 || !reflect.DeepEqual(rows[0], approved) || rows[1].Status != processor.Declined || !reflect.DeepEqual(rows[2], left) {
		t.Errorf("opened again: %+v", rows)
	}
	b.server.Ledger = again
	if status, row := b.post(body); status != 200 || !reflect.DeepEqual(row, approved) {
		t.Errorf("the same key after a restart: %d %+v", status, row)
	}
	if status, _ := b.post(with(body, "amount", 1)); status != 409 {
		t.Errorf("another amount after a restart: %d", status)
	}
	if response := b.decide(left.ChallengeURL, "confirm"); response.StatusCode != 303 {
		t.Errorf("a challenge that was open before the restart: %s", response.Status)
	}
}

func TestATornLastLineIsDropped(t *testing.T) {
	t.Parallel()
	for name, tail := range map[string]string{
		"half a line":          `{"id":"auth_x","reference":"re`,
		"a line without end":   `{"id":"auth_x","reference":"reference-x","status":"approved"}`,
		"blocks never written": "\x00\x00\x00\x00\n",
	} {
		b := start(t)
		_, kept := b.post(ask("4111111111111111"))
		file, err := os.OpenFile(b.path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = file.WriteString(tail); err != nil {
			t.Fatal(err)
		}
		_ = file.Close()
		for range 2 { // what follows a dropped line is whole again
			if b.server.Ledger, err = sandbox.OpenLedger(b.path); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if rows := b.server.Ledger.List(); !reflect.DeepEqual(rows[0], kept) {
				t.Errorf("%s: %+v", name, rows)
			}
			b.post(ask("5555555555554444"))
			_ = b.server.Ledger.Close()
		}
		if last, err := sandbox.OpenLedger(b.path); err != nil || len(last.List()) != 3 {
			t.Errorf("%s: %v", name, err)
		} else {
			_ = last.Close()
		}
	}
}

func TestADamagedLedgerIsRefused(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.post(ask("4111111111111111"))
	b.post(ask("4111111111111111"))
	file, err := os.ReadFile(b.path)
	if err != nil {
		t.Fatal(err)
	}
	file[0] = 'x'
	if err := os.WriteFile(b.path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.OpenLedger(b.path); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("opened with %v", err)
	}
	if _, err := sandbox.OpenLedger(t.TempDir()); err == nil {
		t.Error("a folder was opened as a ledger")
	}
}

func TestTheLedgerKeepsNoCard(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, c := range sandbox.TestCards {
		if c.Behaviour.Silent || c.Behaviour.Delay > 0 {
			continue
		}
		body := with(ask(c.Number), "name", "Grace Hopper")
		b.post(body)
		_, list := b.get("/authorizations")
		_, row := b.get("/authorizations/" + body["reference"].(string))
		_, page := b.get("/")
		file, err := os.ReadFile(b.path)
		if err != nil {
			t.Fatal(err)
		}
		for where, text := range map[string][]byte{"file": file, "list": list, "row": row} {
			for _, secret := range []string{c.Number, c.Number[:8], c.Number[6:], `"739"`, `"7391"`, "Hopper", "2030"} {
				if bytes.Contains(text, []byte(secret)) {
					t.Errorf("%s: %q is in the %s", c.Display(), secret, where)
				}
			}
		}
		if bytes.Contains(page, []byte("<td>"+c.Number)) || bytes.Contains(page, []byte("739<")) {
			t.Errorf("%s: the page shows too much", c.Display())
		}
	}
	info, err := os.Stat(b.path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
}

func TestALedgerInMemory(t *testing.T) {
	t.Parallel()
	b := start(t)
	ledger, err := sandbox.OpenLedger("")
	if err != nil {
		t.Fatal(err)
	}
	b.server.Ledger = ledger
	_, row := b.post(ask("4111111111111111"))
	if kept, ok := ledger.Find(row.Reference); !ok || !reflect.DeepEqual(kept, row) {
		t.Errorf("kept %+v", kept)
	}
	if ledger.Asked("never") != 0 {
		t.Error("asked for what nobody asked for")
	}
	if err := ledger.Close(); err != nil {
		t.Error(err)
	}
}
