// Package demo is a small shop that sells one thing, written as a merchant would
// write it: its back end opens checkout sessions over HTTP with its secret key,
// its page embeds the checkout with a script tag and an element, and its receiver
// verifies webhooks. It uses nothing of Paywicket but what any merchant can.
//
//	GET  /                     the shop: product, price and checkout
//	GET  /shop/orders/{order}  what the shop knows of an order
//	POST /shop/webhooks        where Paywicket tells it what happened
package demo

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/server/sandbox"
)

// What the shop is and sells.
const (
	Name        = "Kestrel Kettles"
	Descriptor  = "KESTREL KETTLES"
	product     = "Kestrel pour-over kettle"
	price       = 4900 // cents
	priceText   = "$49.00"
	currency    = "USD"
	receiverURI = "/shop/webhooks"
)

//go:embed shop.html
var pageText string

//go:embed shop.css
var style []byte

//go:embed shop.js
var script []byte

var page = template.Must(template.New("shop").Parse(pageText))

// Shop is the merchant's server. Its routes can be mounted before it is open; they
// answer once it is.
type Shop struct {
	log     *slog.Logger
	client  *http.Client
	baseURL string // of the Paywicket server
	secret  string // secret key
	orders  *orders
}

// NewShop makes a shop that is not open yet.
func NewShop(log *slog.Logger) *Shop { return &Shop{log: log, orders: newOrders()} }

// Open gives the shop its key and registers its webhook receiver with the server,
// which must be answering. It gives the signing secret.
func (s *Shop) Open(ctx context.Context, client *http.Client, baseURL, secretKey string) (string, error) {
	s.client, s.baseURL, s.secret = client, baseURL, secretKey
	var endpoint struct {
		Secret string `json:"secret"`
	}
	if err := s.call(ctx, "/v1/webhook_endpoints", map[string]any{"url": baseURL + receiverURI}, &endpoint); err != nil {
		return "", fmt.Errorf("demo: register the receiver: %w", err)
	}
	return endpoint.Secret, s.orders.verifyWith(endpoint.Secret)
}

// Mount names the routes.
func (s *Shop) Mount(router fiber.Router) {
	router.Get("/", s.show)
	router.Get("/shop/shop.css", file("text/css; charset=utf-8", style))
	router.Get("/shop/shop.js", file("text/javascript; charset=utf-8", script))
	router.Get("/shop/orders/:order", s.order)
	router.Post(receiverURI, s.orders.receive)
}

func file(kind string, body []byte) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, kind)
		return c.Send(body)
	}
}

// show opens an order with its checkout session and shows the page.
func (s *Shop) show(c *fiber.Ctx) error {
	if s.client == nil {
		return fiber.ErrServiceUnavailable
	}
	order := s.orders.open()
	var session struct {
		ID string `json:"id"`
	}
	err := s.call(c.UserContext(), "/v1/checkout_sessions", map[string]any{
		"amount": price, "currency": currency, "reference": order, "description": product,
	}, &session)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := page.Execute(&out, map[string]any{
		"Name": Name, "Product": product, "Price": priceText, "Session": session.ID, "Order": order,
		"Cards": sandbox.TestCards, "Amounts": sandbox.TestAmounts,
	}); err != nil {
		return err
	}
	// A strict policy, to show that the checkout needs one line of it: frame-src.
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "+
		"img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(out.Bytes())
}

// order tells the shop's page what the shop's server has been told of an order.
func (s *Shop) order(c *fiber.Ctx) error {
	return c.JSON(fiber.Map{"webhooks": s.orders.webhooks(strings.Clone(c.Params("order")))})
}

// call posts to the Paywicket API with the shop's secret key.
func (s *Shop) call(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.baseURL+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+s.secret)
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusCreated {
		return errors.New(path + " answered " + response.Status + ": " + string(answer))
	}
	return json.Unmarshal(answer, into)
}
