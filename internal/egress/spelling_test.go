package egress_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/paywicket/paywicket/internal/egress"
)

// spellings writes an IPv4 address in the ways that resolvers and URL parsers have been
// known to read.
func spellings(text string) []string {
	b := netip.MustParseAddr(text).As4()
	n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	all := []string{
		text, text + ".", fmt.Sprintf("%d", n), fmt.Sprintf("0x%x", n), fmt.Sprintf("0X%X", n), fmt.Sprintf("0%o", n), fmt.Sprintf("00000000%o", n),
		fmt.Sprintf("%d.%d", b[0], n&0xffffff), fmt.Sprintf("%d.%d.%d", b[0], b[1], n&0xffff),
		fmt.Sprintf("0x%x.%d.%d.%d", b[0], b[1], b[2], b[3]), fmt.Sprintf("0x%x.0x%x.0x%x.0x%x", b[0], b[1], b[2], b[3]),
		fmt.Sprintf("0%o.0%o.0%o.0%o", b[0], b[1], b[2], b[3]), fmt.Sprintf("0%o.%d.%d.%d", b[0], b[1], b[2], b[3]),
		fmt.Sprintf("0000%d.%d.%d.%d", b[0], b[1], b[2], b[3]), fmt.Sprintf("%d.%d.%d.0x%x", b[0], b[1], b[2], b[3]),
		fmt.Sprintf("%d.0x%x", b[0], n&0xffffff), fmt.Sprintf("%d", uint64(n)+1<<32),
		fmt.Sprintf("[::ffff:%s]", text), fmt.Sprintf("[::ffff:%x:%x]", n>>16, n&0xffff), fmt.Sprintf("[0:0:0:0:0:ffff:%x:%x]", n>>16, n&0xffff),
		fmt.Sprintf("[::%s]", text), fmt.Sprintf("[64:ff9b::%s]", text), fmt.Sprintf("[2002:%x:%x::]", n>>16, n&0xffff),
		fmt.Sprintf("[::ffff:%s%%25lo]", text),
	}
	circled := strings.NewReplacer("0", "⓪", "1", "①", "2", "②", "3", "③", "4", "④", "5", "⑤", "6", "⑥", "7", "⑦", "8", "⑧", "9", "⑨")
	wide := strings.NewReplacer("0", "０", "1", "１", "2", "２", "3", "３", "4", "４", "5", "５", "6", "６", "7", "７", "8", "８", "9", "９", ".", "。")
	return append(all, circled.Replace(text), wide.Replace(text))
}

// The oracle is the listener, on every address of this machine: no spelling of any of
// them may reach it, with the system's resolver or with Go's.
func TestNoSpellingOfThisMachineIsReached(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	var reached atomic.Int32
	server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) })}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	_, port, _ := net.SplitHostPort(listener.Addr().String())

	hosts := []string{"localhost", "LOCALHOST", "localhost.", "ip6-localhost", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::1%25lo]"}
	addresses := []string{"127.0.0.1", "127.255.255.254", "0.0.0.0"}
	own, _ := net.InterfaceAddrs()
	for _, a := range own {
		if ip, err := netip.ParsePrefix(a.String()); err == nil && ip.Addr().Is4() && ip.Addr().IsPrivate() {
			addresses = append(addresses, ip.Addr().String())
		}
	}
	for _, address := range addresses {
		hosts = append(hosts, spellings(address)...)
	}
	if len(hosts) < 60 {
		t.Fatalf("only %d spellings", len(hosts))
	}
	for name, resolver := range map[string]*net.Resolver{"the system's": nil, "Go's": {PreferGo: true}} {
		client := egress.Policy{Resolver: resolver}.Client(2 * time.Second)
		for _, host := range hosts {
			response, err := client.Get("http://" + host + ":" + port)
			if err == nil {
				response.Body.Close()
				t.Errorf("%s was reached with %s resolver", host, name)
			}
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the listener was reached %d times", n)
	}
	if _, err := (egress.Policy{}).Client(time.Second).Get("http://127.0.0.1:" + port); !errors.Is(err, egress.ErrForbidden) {
		t.Errorf("err = %v, want ErrForbidden", err)
	}
	// The oracle sees: where loopback is allowed, it is reached.
	if response, err := (egress.Policy{Loopback: true}).Client(time.Second).Get("http://127.0.0.1:" + port); err != nil || reached.Load() != 1 {
		t.Errorf("%v, reached %d times", err, reached.Load())
	} else {
		response.Body.Close()
	}
}

// fickle is a name server that tells of a public address first and of this machine from
// then on, or of both at once: what is called rebinding.
func fickle(t *testing.T, both bool) (*net.Resolver, *atomic.Int32) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	var asked atomic.Int32
	go func() {
		packet := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(packet[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Additionals = true, nil
			q := m.Questions[0]
			add := func(a [4]byte) {
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}, Body: &dnsmessage.AResource{A: a}})
			}
			if q.Type == dnsmessage.TypeA {
				times := asked.Add(1)
				if both || times == 1 {
					add([4]byte{192, 0, 2, 1}) // reserved for documents: goes nowhere, as a public one that is down
				}
				if both || times > 1 {
					add([4]byte{127, 0, 0, 1})
				}
			}
			if out, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}, &asked
}

// A name whose address changes between a check and the call, or that has two, leads nowhere.
func TestARebindingNameIsNotReached(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var reached atomic.Int32
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			_ = conn.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	for _, both := range []bool{false, true} {
		resolver, asked := fickle(t, both)
		client := egress.Policy{Resolver: resolver}.Client(2 * time.Second)
		for range 3 {
			if response, err := client.Get("http://rebind.example:" + port); err == nil {
				response.Body.Close()
				t.Error("it was reached")
			}
		}
		if asked.Load() < 3 {
			t.Errorf("the name server was asked %d times", asked.Load())
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the listener was reached %d times", n)
	}
}
