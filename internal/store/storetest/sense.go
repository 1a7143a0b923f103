package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/sense"
)

// note is a change that keeps a page with a device under keys.
func (h *house) note(device string, keys []int64, exact int64) func(sense.Page, sense.Lookup) (sense.Observation, error) {
	return func(p sense.Page, _ sense.Lookup) (sense.Observation, error) {
		if p.FirstAt.IsZero() {
			p.FirstAt = h.now()
		}
		p.Place, p.Signals, p.Network, p.Exact, p.LastAt = sense.Frame, map[string]sense.Signal{"cores": {Value: 8.0}}, "203.0.113.0/24", exact, h.now()
		p.Device, p.Likeness = device, sense.Likeness{Verdict: sense.New, Confidence: 0.5, Reasons: []string{"because"}}
		p.Batches++
		o := sense.Observation{Page: p, Events: []byte(`[{"type":"load"}]`), Keys: keys}
		if device != "" {
			o.Device = &sense.Device{
				ID: device, Merchant: p.Merchant, Features: sense.Features{"cores": "8"}, Visitors: []string{"abc"}, Networks: []string{"203.0.113.0/24"},
				Visits: 1, FirstAt: h.now(), LastAt: h.now(),
			}
		}
		return o, nil
	}
}

func observations(t *testing.T, h *house) {
	o := h.open("Kestrel Kettles")
	s, other := h.session(o), h.session(h.open("Other"))
	device := id.New(id.Device)
	h.must(h.db.ObservePage(t.Context(), s.SenseKey, "p1", h.note(device, []int64{1, -2}, 77)))
	h.pass(time.Second)
	h.must(h.db.ObservePage(t.Context(), s.SenseKey, "p1", h.note(device, []int64{1, 3}, 77)))
	pages, err := h.db.PagesOf(t.Context(), s.Merchant, s.SenseKey)
	h.must(err)
	if len(pages) != 1 || pages[0].Batches != 2 || len(pages[0].Events) != 2 || pages[0].Signals["cores"].Value != 8.0 || pages[0].Confidence != 0.5 || pages[0].Reasons[0] != "because" {
		t.Errorf("%+v", pages)
	}
	found, err := h.db.FindDevice(t.Context(), s.Merchant, device)
	if err != nil || found.Features["cores"] != "8" || found.Visitors[0] != "abc" {
		t.Errorf("%+v, %v", found, err)
	}
	look := func(key string) (devices []sense.Device, recorded bool) {
		h.must(h.db.ObservePage(t.Context(), key, "p2", func(p sense.Page, known sense.Lookup) (sense.Observation, error) {
			var err error
			if devices, err = known.Devices([]int64{1, -2, 3, 4}); err == nil {
				recorded, err = known.Recorded(77)
			}
			p.FirstAt, p.LastAt = h.now(), h.now()
			return sense.Observation{Page: p}, err
		}))
		return devices, recorded
	}
	if devices, recorded := look(s.SenseKey); len(devices) != 1 || devices[0].ID != device || !recorded {
		t.Errorf("%v, recorded %t", devices, recorded)
	}
	// Another merchant knows nothing of it.
	if devices, recorded := look(other.SenseKey); len(devices) != 0 || recorded {
		t.Errorf("another merchant has %v, recorded %t", devices, recorded)
	}
	_, err = h.db.FindDevice(t.Context(), other.Merchant, device)
	h.refused("another merchant's device", err, fault.NotFound)
	for i := range 210 {
		if err = h.db.ObservePage(t.Context(), other.SenseKey, fmt.Sprint("q", i), h.note("", nil, 0)); err != nil {
			break
		}
	}
	h.refused("a visit without end", err, fault.TooMany)
	h.refused("a key that was not issued", h.db.ObservePage(t.Context(), id.New(id.SenseKey), "p1", h.note("", nil, 0)), fault.NotFound)

	// Erased, nothing of it is left.
	h.refused("another merchant's device, to erase", h.db.EraseDevice(t.Context(), other.Merchant, device, "key 1"), fault.NotFound)
	h.must(h.db.EraseDevice(t.Context(), s.Merchant, device, "key 1"))
	for _, table := range []string{"devices", "device_keys", "sense_events WHERE merchant = '" + s.Merchant + "'"} {
		if n := h.count(`SELECT count(*) FROM ` + table); n != 0 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
}

// Batches of one page that come at the same time are all kept, each after the other.
func observationsAtOnce(t *testing.T, h *house) {
	s := h.session(h.open("Kestrel Kettles"))
	var sending sync.WaitGroup
	for range 4 {
		sending.Go(func() {
			for try := 0; ; try++ {
				err := h.db.ObservePage(context.Background(), s.SenseKey, "p1", h.note("dev_1", []int64{1}, 0))
				if err == nil {
					return
				}
				if fault.CodeOf(err) != fault.Conflict || try == 20 {
					t.Error(err)
					return
				}
			}
		})
	}
	sending.Wait()
	pages, err := h.db.PagesOf(t.Context(), s.Merchant, s.SenseKey)
	h.must(err)
	if len(pages) != 1 || pages[0].Batches != 4 || len(pages[0].Events) != 4 {
		t.Errorf("%+v", pages)
	}
}

// Keys of a merchant's pages are its own, and what is old is forgotten.
func senseKeys(t *testing.T, h *house) {
	o, other := h.open("Kestrel Kettles"), h.open("Other")
	key := id.New(id.SenseKey)
	h.must(h.db.KeepSenseKey(t.Context(), o.Merchant.ID, o.Site.ID, key, h.now()))
	site, err := h.db.FindSenseKey(t.Context(), o.Merchant.ID, key)
	if err != nil || site != o.Site.ID {
		t.Errorf("%s, %v", site, err)
	}
	_, err = h.db.FindSenseKey(t.Context(), other.Merchant.ID, key)
	h.refused("another merchant's key", err, fault.NotFound)
	h.must(h.db.ObservePage(t.Context(), key, "p1", h.note("dev_1", []int64{1}, 0)))
	for _, c := range []struct {
		before time.Duration
		want   int
	}{{-time.Hour, 0}, {time.Hour, 3}, {time.Hour, 0}} {
		if n, err := h.db.ForgetVisits(t.Context(), h.now().Add(c.before), 10); err != nil || n != c.want {
			t.Errorf("%d were forgotten of what is older than %s, %v", n, c.before, err)
		}
	}
}
