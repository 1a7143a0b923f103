package checkout

import (
	"context"
	"sync"
	"time"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/pan"
	"github.com/paywicket/paywicket/internal/payment"
)

// partnerGrace is how much longer than authorization and our own vault a processor's
// vault may take: the shopper is waiting, and only a name for the card is lost.
const partnerGrace = time.Second

// storing is a card on its way to the vaults of the merchant's processors.
type storing struct {
	names  map[string]string // what they call it; safe once all have ended
	legs   sync.WaitGroup
	cancel context.CancelFunc
}

// storing gives the card to every processor of the merchant's that keeps cards. The
// caller ends it before the card is wiped.
func (s *Service) storing(ctx context.Context, m merchant.Merchant, c pan.Card) *storing {
	all := &storing{names: map[string]string{}}
	ctx, all.cancel = context.WithTimeout(ctx, keepBudget)
	var mu sync.Mutex
	for _, p := range s.chosen(m) {
		if p.Vault == nil {
			continue
		}
		all.legs.Go(func() {
			name, err := p.Vault.Store(ctx, c)
			if err != nil {
				s.Log.Warn("a processor's vault did not take a card", "processor", p.Name, "error", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			all.names[p.Name] = name
		})
	}
	return all
}

// end waits a moment for those that have not ended, and gives what the card is called.
func (all *storing) end() map[string]string {
	late := time.AfterFunc(partnerGrace, all.cancel)
	all.legs.Wait()
	late.Stop()
	all.cancel()
	return all.names
}

// noteStored keeps what processors call a payment's card. Without it the card is merely
// unknown to them, so a failure is no one's but the log's.
func (s *Service) noteStored(ctx context.Context, p payment.Payment, names map[string]string, actor string) {
	if !p.Vaulted {
		return
	}
	for processor, name := range names {
		if err := s.Vault.NoteStored(ctx, p.Merchant, p.Token, processor, name, actor); err != nil {
			s.Log.Error("a processor's name for a card could not be kept", "payment", p.ID, "processor", processor, "error", err)
		}
	}
}
