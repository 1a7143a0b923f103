package demo

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/paywicket/paywicket/internal/id"
)

// maxOrders is how many orders the shop remembers.
const maxOrders = 1000

// received is a webhook as the shop's page shows it.
type received struct {
	ID         string    `json:"id"`
	Type       string    `json:"type"`
	Status     string    `json:"status"`
	Token      *string   `json:"token"`
	Verified   bool      `json:"verified"`
	ReceivedAt time.Time `json:"received_at"`
}

// orders is what the shop's server knows: its orders, and what the webhooks that
// it verified said of each.
type orders struct {
	mu       sync.Mutex
	verifier *standardwebhooks.Webhook
	names    []string
	told     map[string][]received
}

func newOrders() *orders { return &orders{told: map[string][]received{}} }

func (o *orders) verifyWith(secret string) error {
	verifier, err := standardwebhooks.NewWebhook(secret)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.verifier = verifier
	return err
}

// open starts an order and forgets the oldest beyond the limit.
func (o *orders) open() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	name := "order_" + id.Random()[:10]
	o.names = append(o.names, name)
	o.told[name] = []received{}
	if len(o.names) > maxOrders {
		delete(o.told, o.names[0])
		o.names = o.names[1:]
	}
	return name
}

func (o *orders) webhooks(order string) []received {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]received{}, o.told[order]...)
}

// receive takes a webhook, verifies its signature and files it under its order.
func (o *orders) receive(c *fiber.Ctx) error {
	header := http.Header{}
	for _, name := range []string{standardwebhooks.HeaderWebhookID, standardwebhooks.HeaderWebhookTimestamp, standardwebhooks.HeaderWebhookSignature} {
		header.Set(name, c.Get(name))
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.verifier == nil {
		return c.SendStatus(fiber.StatusServiceUnavailable)
	}
	if err := o.verifier.Verify(c.Body(), header); err != nil {
		return c.Status(fiber.StatusUnauthorized).SendString("The signature is wrong.\n")
	}
	var message struct {
		ID   string `json:"id"`
		Type string `json:"type"`
		Data struct {
			Status    string  `json:"status"`
			Reference string  `json:"reference"`
			Token     *string `json:"token"`
		} `json:"data"`
	}
	if err := json.Unmarshal(c.Body(), &message); err != nil {
		return c.SendStatus(fiber.StatusBadRequest)
	}
	if told, known := o.told[message.Data.Reference]; known && !has(told, message.ID) {
		o.told[message.Data.Reference] = append(told, received{
			ID: message.ID, Type: message.Type, Status: message.Data.Status, Token: message.Data.Token,
			Verified: true, ReceivedAt: time.Now().UTC(),
		})
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// has tells whether a webhook has been filed already: deliveries may come twice.
func has(told []received, id string) bool {
	for _, r := range told {
		if r.ID == id {
			return true
		}
	}
	return false
}
