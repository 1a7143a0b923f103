package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/server/app"
	"github.com/paywicket/paywicket/server/seal"
)

// unseal gives the shares it takes: those of the file, or what somebody types.
func (s stored) unseal(c console, o *app.Operator) error {
	if o.Sealed() == 0 {
		return nil
	}
	if s.Shares != "" {
		text, err := os.ReadFile(s.Shares)
		if err != nil {
			return err
		}
		for share := range strings.Lines(string(text)) {
			if strings.TrimSpace(share) == "" || o.Sealed() == 0 {
				continue
			}
			if err := o.Unseal(c, share); err != nil {
				return err
			}
		}
		if left := o.Sealed(); left > 0 {
			return fmt.Errorf("the file lacks %d shares of the master key", left)
		}
		return nil
	}
	for o.Sealed() > 0 {
		share, err := askShare(c, fmt.Sprintf("share of the master key (%d to go): ", o.Sealed()))
		if err != nil {
			return err
		}
		if err := o.Unseal(c, share); err != nil {
			fmt.Fprintln(c.progress, err)
		}
	}
	return nil
}

// askShare reads a share from the terminal without showing it.
func askShare(c console, prompt string) (string, error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		return "", fmt.Errorf("the master key is split: give its shares at a terminal, or in a file with --shares")
	}
	fmt.Fprint(c.progress, prompt)
	share, err := term.ReadPassword(in)
	fmt.Fprintln(c.progress)
	return string(share), err
}

// keysRewrapCommand replaces the master key.
type keysRewrapCommand struct {
	To string `help:"Master key of a key service that takes over, as for serve --master. Default: a fresh one in the data directory."`
	stored
}

// Run replaces it.
func (k keysRewrapCommand) Run(c console) error {
	return k.open(c, func(o *app.Operator) error {
		if err := k.unseal(c, o); err != nil {
			return err
		}
		if err := o.Rewrap(c, k.Data, k.To); err != nil {
			return err
		}
		c.printf("The master key is replaced. Start every server again, with the new one: the one before opens nothing but backups from before.")
		return nil
	})
}

// keysSplitCommand splits the master key.
type keysSplitCommand struct {
	Data      string `required:"" env:"PAYWICKET_DATA" type:"path" help:"Directory of the master key."`
	Of        int    `default:"5" help:"How many shares there are to be, 2 to 16."`
	Threshold int    `default:"3" help:"How many of them open the server."`
}

// Run splits.
func (k keysSplitCommand) Run(c console) error {
	shares, err := app.SplitKey(k.Data, k.Of, k.Threshold)
	if err != nil {
		return err
	}
	for _, share := range shares {
		c.printf("%s", share)
	}
	c.printf("\nGive each of these to another person: they are shown nowhere else. %d of the %d open the server, with paywicket unseal.\n"+
		"The whole key is removed. A disk, flash above all, may keep what was overwritten: wipe or destroy one that must not have it.", k.Threshold, k.Of)
	return nil
}

// keysJoinCommand makes the master key whole.
type keysJoinCommand struct {
	Data   string `required:"" env:"PAYWICKET_DATA" type:"path" help:"Directory of the master key."`
	Shares string `required:"" type:"existingfile" help:"File of shares, one a line."`
}

// Run joins.
func (k keysJoinCommand) Run(c console) error {
	text, err := os.ReadFile(k.Shares)
	if err != nil {
		return err
	}
	if err := app.JoinKey(k.Data, string(text)); err != nil {
		return err
	}
	c.printf("The master key is whole again.")
	return nil
}

// unsealCommand gives a sealed server a share.
type unsealCommand struct {
	URL    string `default:"http://127.0.0.1:8080" env:"PAYWICKET_BASE_URL" help:"Where the server is. A share is as good as a key: with https, unless it is on this machine."`
	Shares string `type:"existingfile" help:"File of shares, one a line. Default: one is asked for."`
}

// Run gives it.
func (u unsealCommand) Run(c console) error {
	var text string
	if u.Shares != "" {
		content, err := os.ReadFile(u.Shares)
		if err != nil {
			return err
		}
		text = string(content)
	} else {
		share, err := askShare(c, "share of the master key: ")
		if err != nil {
			return err
		}
		text = share
	}
	for share := range strings.Lines(text) {
		if share = strings.TrimSpace(share); share == "" {
			continue
		}
		status, err := giveShare(c, u.URL, share)
		if err != nil {
			return err
		}
		if !status.Sealed {
			c.printf("The server is open.")
			return nil
		}
		c.printf("%d of %d shares have been given.", status.Given, status.Threshold)
	}
	return nil
}

// giveShare gives a server a share and tells how far it is.
func giveShare(ctx context.Context, base, share string) (seal.Status, error) {
	var status seal.Status
	base, err := merchant.ParseOrigin(base)
	if err != nil {
		return status, fmt.Errorf("--url: %w", err)
	}
	body, err := json.Marshal(seal.Share{Share: share})
	if err != nil {
		return status, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+seal.Path, bytes.NewReader(body))
	if err != nil {
		return status, err
	}
	request.Header.Set("Content-Type", "application/json")
	// A share goes to the server that was named, and not where its answer might send it.
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return status, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return status, err
	}
	if response.StatusCode != http.StatusOK {
		return status, fmt.Errorf("the server answers %d: %s", response.StatusCode, answer)
	}
	return status, json.Unmarshal(answer, &status)
}
