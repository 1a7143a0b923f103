package server

import (
	"context"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/server/guard"
	"github.com/paywicket/paywicket/server/seal"
	"github.com/paywicket/paywicket/server/wire"
)

// Limits of every connection. Fiber's own are unlimited time and 4 MiB: with
// them 500 of 500 connections that dripped a byte a second were still open after
// nine seconds, with a read time-out of five none was.
const (
	readTimeout    = 5 * time.Second
	writeTimeout   = 15 * time.Second
	idleTimeout    = 75 * time.Second
	requestTimeout = 60 * time.Second // for everything behind a handler
	maxBody        = 64 << 10         // bytes; routes set tighter limits of their own
)

// Mounter adds its routes to a router.
type Mounter interface{ Mount(fiber.Router) }

// largeRead is how long a body may take that is larger than others may be.
const largeRead = 60 * time.Second

// Large is a mount some of whose routes take larger bodies than maxBody.
type Large interface {
	// MaxBodies gives the bytes by path.
	MaxBodies() map[string]int
	// Knows tells whether a header Authorization is good: nobody else is waited for, nor given
	// the memory.
	Knows(authorization string) bool
}

// Config is what the front needs.
type Config struct {
	Ready  func(context.Context) error // nil when the server can do its work
	Sealed func() error                // why nothing can be done without the master key; nil when it is there
	Now    func() time.Time
	Log    *slog.Logger
}

// New makes the HTTP front: limits, headers, request names, the access log, health,
// and the mounts in order. It is the only place where routes are put together.
func New(config Config, mounts ...Mounter) *fiber.App {
	app := fiber.New(fiber.Config{
		AppName:               "Paywicket",
		DisableStartupMessage: true,
		CaseSensitive:         true,
		BodyLimit:             maxBody,
		ReadTimeout:           readTimeout,
		WriteTimeout:          writeTimeout,
		IdleTimeout:           idleTimeout,
		ErrorHandler: func(c *fiber.Ctx, err error) error {
			return wire.Fail(c, config.Log, wire.FromFiber(err))
		},
	})
	app.Use(config.trace, guard.Headers)
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	app.Use(config.sealed)
	app.Get("/readyz", func(c *fiber.Ctx) error {
		if err := config.Ready(c.UserContext()); err != nil {
			return fault.Wrap(err, fault.Unavailable, "Not ready.")
		}
		return c.SendString("ready\n")
	})
	type limit struct {
		most  int
		knows func(string) bool
	}
	large := map[string]limit{}
	for _, m := range mounts {
		m.Mount(app)
		if l, ok := m.(Large); ok {
			for path, most := range l.MaxBodies() {
				large[path] = limit{most, l.Knows}
			}
		}
	}
	app.Server().HeaderReceived = func(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
		path, _, _ := strings.Cut(string(h.RequestURI()), "?")
		if one, ok := large[path]; ok && h.IsPost() && one.knows(string(h.Peek(fiber.HeaderAuthorization))) {
			return fasthttp.RequestConfig{ReadTimeout: largeRead, MaxRequestBodySize: one.most}
		}
		return fasthttp.RequestConfig{}
	}
	return app
}

// sealed answers everything but the way to end it while the server is sealed.
func (config Config) sealed(c *fiber.Ctx) error {
	if err := config.Sealed(); err != nil && c.Path() != seal.Path {
		return wire.Fail(c, config.Log, err)
	}
	return c.Next()
}

// trace names each request, bounds it, survives a panic in it, and writes one line
// to the log when it is done: the route and never the path, which may hold a
// session, nor the query, nor any of the body.
func (config Config) trace(c *fiber.Ctx) (err error) {
	start := config.Now()
	name := id.New(id.Request)
	wire.SetRequestID(c, name)
	c.Set(fiber.HeaderXRequestID, name)
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	c.SetUserContext(ctx)
	defer func() {
		if p := recover(); p != nil {
			// The value may quote what was being worked on; the stack does not.
			config.Log.Error("panic", "request", name, "route", c.Route().Path, "stack", string(debug.Stack()))
			err = wire.Fail(c, config.Log, fault.New(fault.Internal, "Something went wrong on our side. Nothing about it is your mistake; try again later."))
		} else if err != nil {
			err = c.App().ErrorHandler(c, err)
		}
		if c.Route().Path != "/healthz" {
			config.Log.Info("request", "request", name, "method", c.Method(), "route", c.Route().Path,
				"status", c.Response().StatusCode(), "ms", config.Now().Sub(start).Milliseconds())
		}
	}()
	return c.Next()
}
