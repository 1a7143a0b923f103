package wire

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
)

// How a stream of events lives: how long at most, how often it says that it is alive, and
// how long a write may take. A client that is cut off asks again from where it was.
const (
	streamLife  = 10 * time.Minute
	streamBeat  = 10 * time.Second
	streamWrite = 15 * time.Second
)

// Message is one event of a stream.
type Message struct {
	ID   string // from where to go on; empty for none
	Type string
	Data any
}

// Stream is a source of messages that go to a client as they come (server-sent events, WHATWG HTML 9.2).
type Stream struct {
	Changed <-chan struct{} // tells that there may be more
	Stop    func()          // is called when the stream has ended
	Closing <-chan struct{} // tells that the server ends
	// Next gives what there is now, and whether nothing more will come.
	Next func(ctx context.Context) (messages []Message, last bool, err error)
}

// Send answers with the stream. The first messages are asked for at once; what goes wrong
// with them is an error of the request.
func (s Stream) Send(c *fiber.Ctx) error {
	first, last, err := s.Next(c.UserContext())
	if err != nil {
		s.Stop()
		return err
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set("X-Accel-Buffering", "no") // proxies pass on what comes as it comes
	conn := c.Context().Conn()
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer s.Stop()
		// The server's own time limit is for answers that end.
		extend := func() { _ = conn.SetWriteDeadline(time.Now().Add(streamWrite)) }
		s.run(w, extend, first, last)
	})
	return nil
}

func (s Stream) run(w *bufio.Writer, extend func(), messages []Message, last bool) {
	ctx, cancel := context.WithTimeout(context.Background(), streamLife)
	defer cancel()
	beat := time.NewTicker(streamBeat)
	defer beat.Stop()
	extend()
	fmt.Fprint(w, "retry: 1000\n\n")
	for {
		for _, m := range messages {
			if m.write(w) != nil {
				return
			}
		}
		extend()
		if w.Flush() != nil || last {
			return
		}
		messages = nil
		select {
		case <-s.Closing:
			return
		case <-ctx.Done():
			return
		case <-beat.C:
			fmt.Fprint(w, ": still here\n\n")
			continue
		case <-s.Changed:
		}
		var err error
		if messages, last, err = s.Next(ctx); err != nil {
			return // the client asks again
		}
	}
}

func (m Message) write(w *bufio.Writer) error {
	data, err := json.Marshal(m.Data)
	if err != nil {
		return err
	}
	if m.ID != "" {
		fmt.Fprintf(w, "id: %s\n", m.ID)
	}
	_, err = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", m.Type, data)
	return err
}
