package storetest

import "testing"

func binTables(t *testing.T, h *house) {
	if version, data, err := h.db.FindBINTable(t.Context(), 0); version != 0 || data != nil || err != nil {
		t.Errorf("before there is one: %d, %q, %v", version, data, err)
	}
	h.must(h.db.KeepBINTable(t.Context(), []byte("one"), 1, "operator"))
	first, data, err := h.db.FindBINTable(t.Context(), 0)
	if first == 0 || string(data) != "one" || err != nil {
		t.Errorf("%d, %q, %v", first, data, err)
	}
	h.must(h.db.KeepBINTable(t.Context(), []byte("two"), 2, "operator"))
	second, data, err := h.db.FindBINTable(t.Context(), first)
	if second <= first || string(data) != "two" || err != nil {
		t.Errorf("%d, %q, %v", second, data, err)
	}
	if version, data, err := h.db.FindBINTable(t.Context(), second); version != second || data != nil || err != nil {
		t.Errorf("to whoever has it: %d, %q, %v", version, data, err)
	}
	if n := h.count(`SELECT count(*) FROM audit_entries WHERE action = 'bins.import'`) - h.count(`SELECT count(*) FROM bin_tables`); n != 1 {
		t.Errorf("imports less tables: %d", n)
	}
}
