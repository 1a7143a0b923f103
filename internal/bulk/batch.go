package bulk

import (
	"context"
	"time"
)

// ItemState is where an item of a batch stands.
type ItemState string

// The states of an item.
//
//	waiting ─▶ charging ─▶ succeeded | failed | waiting, for a retry
//	   └─▶ cancelled
const (
	Waiting   ItemState = "waiting"  // to be charged at DueAt
	Charging  ItemState = "charging" // its attempt was begun; its payment decides
	Succeeded ItemState = "succeeded"
	Exhausted ItemState = "failed" // refused, or declined as often as the strategy allows
	Cancelled ItemState = "cancelled"
)

// Item is one charge of a batch.
type Item struct {
	Merchant string
	Batch    int64
	Position int // from 0, as the merchant gave them
	State    ItemState
	Attempt  int       // that is made or waited for; 0 for the first
	Lost     int       // payments of this attempt that provably reached nobody
	DueAt    time.Time // when something is to be done; zero when it is final
	Asked    Asked     // forgotten when it is final
}

// Settled is an item as it is after an attempt, and as it was taken for it.
type Settled struct {
	Item
	Took    Item
	Payment string // that its attempt is
	Refused string // why nothing was sent and nothing will be; empty when something was or may be
}

// ended is an item as it is when nothing more will be done.
func (i Item) ended(state ItemState) Item {
	i.State, i.DueAt = state, time.Time{}
	return i
}

// Batch is many charges that were asked for together.
type Batch struct {
	Merchant    string
	Number      int64 // its name: counted per merchant, from 1
	Title       string
	Strategy    Strategy
	Digest      []byte // keyed, of what was asked, by which the same again is known
	Actor       string // who asked, in whose name it is charged
	Total       int
	CancelledAt time.Time // zero when it was not
	CreatedAt   time.Time
}

// Progress is a batch with how far it is. Pending is counted from the items themselves, so
// that it cannot disagree with them.
type Progress struct {
	Batch
	Pending int // items of which something may still come
}

// Processed is how many items are final.
func (p Progress) Processed() int { return p.Total - p.Pending }

// Batches keeps batches.
type Batches interface {
	// BeginBatch keeps a new batch under the merchant's next number, and nothing of it is
	// done until OpenBatch. When the merchant has one of the same digest that was opened,
	// nothing is kept and that is given; fresh tells which.
	BeginBatch(ctx context.Context, b Batch) (kept Batch, fresh bool, err error)
	// AddItems adds items to a batch that was begun. Errors: *TakenError for a reference
	// that the merchant has used.
	AddItems(ctx context.Context, items []Item) error
	// OpenBatch lets a batch begin, and puts its job into the queue in the same transaction.
	OpenBatch(ctx context.Context, b Batch) error
	// DropBatch forgets a batch that was not opened.
	DropBatch(ctx context.Context, merchant string, batch int64) error
	// DropStale forgets batches of all merchants that were begun before a time and not opened.
	DropStale(ctx context.Context, before time.Time) error
	// FindBatch gives a merchant's batch, or fault.NotFound.
	FindBatch(ctx context.Context, merchant string, batch int64) (Progress, error)
	// CancelBatch ends every item of a batch that is waiting. Errors: fault.NotFound.
	CancelBatch(ctx context.Context, merchant string, batch int64, at time.Time, actor string) error
	// ResumeItems makes those due at once that were being charged.
	ResumeItems(ctx context.Context, merchant string, batch int64, now time.Time) error
	// TakeItems gives up to limit items that are due, oldest first, and holds them until
	// until. Those that were waiting are charging from then on; the transaction of each is
	// kept in the same database transaction.
	TakeItems(ctx context.Context, merchant string, batch int64, now, until time.Time, limit int, open func(Item) Transaction) ([]Item, error)
	// SettleItems keeps how items stand, each only if it is still being charged with the
	// attempt that it was taken with. One of a cancelled batch that would wait is cancelled instead.
	SettleItems(ctx context.Context, items []Settled) error
	// NextDue gives when something is to be done next of a batch; zero for never.
	NextDue(ctx context.Context, merchant string, batch int64) (time.Time, error)
	// CountTry counts a try of a card, as rescue does: the schemes count them all.
	CountTry(ctx context.Context, merchant, mark, name string, at time.Time, allow func(tried []time.Time) bool) (bool, error)
}

// TakenError says that an item's reference was used for another charge.
type TakenError struct{ Position int }

// Error makes it an error.
func (e *TakenError) Error() string { return "bulk: the reference of an item was used before" }
