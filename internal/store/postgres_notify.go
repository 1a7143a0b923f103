package store

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Servers on one PostgreSQL database tell each other what changed through its channel.
const (
	notifyChannel = "paywicket"
	// maxNotice is how long a notice may be, in bytes; PostgreSQL's limit is 8,000.
	maxNotice = 7_900
	// listenAgain is how long to wait before a broken connection is made anew.
	listenAgain = time.Second
)

// notices packs topics into as few notices as hold them.
func notices(topics []string) []string {
	var all []string
	for _, topic := range topics {
		if n := len(all); n > 0 && len(all[n-1])+1+len(topic) <= maxNotice {
			all[n-1] += " " + topic
		} else {
			all = append(all, topic)
		}
	}
	return all
}

// listen tells the hub what other servers announce, until ctx ends. After a connection
// broke, everybody is told: something may have been missed.
func (db *DB) listen(ctx context.Context) {
	for ctx.Err() == nil {
		_ = db.listenOnce(ctx) // the writer has its own view of what is wrong, and says so
		db.hub.tellAll()
		select {
		case <-ctx.Done():
		case <-time.After(listenAgain):
		}
	}
}

func (db *DB) listenOnce(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, db.location)
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(ctx, `LISTEN `+notifyChannel); err != nil {
		return err
	}
	for {
		notice, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		db.hub.tell(strings.Fields(notice.Payload)...)
	}
}
