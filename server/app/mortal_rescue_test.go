package app_test

import (
	"context"
	"time"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/rescue"
)

// opened is what OpenOrder gives.
type opened struct {
	rescue.Order
	fresh bool
}

func (s mortalStore) OpenOrder(ctx context.Context, o rescue.Order, d rescue.Decision, sale *rescue.Told, events []event.Event, actor string, keep func(rescue.Order) bool) (rescue.Order, bool, error) {
	kept, err := around(s.m, "OpenOrder", func() (opened, error) {
		o, fresh, err := s.DB.OpenOrder(ctx, o, d, sale, events, actor, keep)
		return opened{o, fresh}, err
	})
	return kept.Order, kept.fresh, err
}

func (s mortalStore) AdvanceOrder(ctx context.Context, merchant, name, actor string, step rescue.Step) (rescue.Order, error) {
	return around(s.m, "AdvanceOrder", func() (rescue.Order, error) { return s.DB.AdvanceOrder(ctx, merchant, name, actor, step) })
}

func (s mortalStore) KeepDecision(ctx context.Context, d rescue.Decision) error {
	return aroundOnly(s.m, "KeepDecision", func() error { return s.DB.KeepDecision(ctx, d) })
}

func (s mortalStore) CountTry(ctx context.Context, merchant, mark, name string, at time.Time, allow func([]time.Time) bool) (bool, error) {
	return around(s.m, "CountTry", func() (bool, error) { return s.DB.CountTry(ctx, merchant, mark, name, at, allow) })
}

func (s mortalStore) ClaimOrders(ctx context.Context, now, until time.Time, limit int) ([]rescue.Order, error) {
	return around(s.m, "ClaimOrders", func() ([]rescue.Order, error) { return s.DB.ClaimOrders(ctx, now, until, limit) })
}

func (s mortalStore) ClaimTransmissions(ctx context.Context, now, until time.Time, limit int) ([]rescue.Transmission, error) {
	return around(s.m, "ClaimTransmissions", func() ([]rescue.Transmission, error) { return s.DB.ClaimTransmissions(ctx, now, until, limit) })
}

func (s mortalStore) Learn(ctx context.Context, lessons []rescue.Lesson) error {
	return aroundOnly(s.m, "Learn", func() error { return s.DB.Learn(ctx, lessons) })
}
