package wire

import (
	"bytes"
	"net"

	"github.com/gofiber/fiber/v2"
)

// The HTTP server reads a connection through a buffer that it never wipes: the last
// request's bytes stay there until another overwrites them, the card too. So the
// connections remember where what they read was put, and a handler that is done
// with a card's body has it wiped there as well as in the request.

// mostReads is how many reads of a connection are remembered: a body of the size
// that card routes take comes in fewer.
const mostReads = 8

// Wiping makes the connections that a listener accepts ones that WipeBody can wipe.
func Wiping(l net.Listener) net.Listener { return wipingListener{l} }

type wipingListener struct{ net.Listener }

// Accept wraps what the listener accepts.
func (l wipingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &wipingConn{Conn: conn}, nil
}

// wipingConn remembers its last reads. One goroutine reads it and handles what was
// read, as fasthttp does.
type wipingConn struct {
	net.Conn
	reads [][]byte
}

// Read reads, and remembers where to.
func (c *wipingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if len(c.reads) == mostReads {
		c.reads = append(c.reads[:0], c.reads[1:]...)
	}
	c.reads = append(c.reads, p[:n])
	return n, err
}

// WipeBody overwrites a request's body, and what the connection's buffer still holds
// of it; other requests that are in the buffer already stay.
func WipeBody(c *fiber.Ctx) {
	body := c.Request().Body()
	if conn, ok := c.Context().Conn().(*wipingConn); ok && len(body) > 0 {
		for _, read := range conn.reads {
			wipeIn(read, body)
		}
		conn.reads = conn.reads[:0]
	}
	clear(body)
}

// wipeIn overwrites the part of a read that is of the body: the whole of it, its
// beginning at the read's end, its end at the read's beginning, or what lies between.
func wipeIn(read, body []byte) {
	if at := bytes.Index(read, body); at >= 0 {
		clear(read[at : at+len(body)])
		return
	}
	if bytes.Contains(body, read) {
		clear(read)
		return
	}
	for n := min(len(read), len(body)); n > 0; n-- {
		if bytes.HasSuffix(read, body[:n]) {
			clear(read[len(read)-n:])
			break
		}
	}
	for n := min(len(read), len(body)); n > 0; n-- {
		if bytes.HasPrefix(read, body[len(body)-n:]) {
			clear(read[:n])
			break
		}
	}
}
