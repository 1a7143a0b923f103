//go:build kms

package keyring

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/vault/api"
	"github.com/tink-crypto/tink-go-awskms/v3/integration/awskms"
	"github.com/tink-crypto/tink-go-gcpkms/v2/integration/gcpkms"
	"github.com/tink-crypto/tink-go-hcvault/v2/integration/hcvault"
	"github.com/tink-crypto/tink-go/v2/core/registry"
	"github.com/tink-crypto/tink-go/v2/tink"
	"google.golang.org/api/option"
)

// KMS gives a master key that stays in a key service, by its URI:
//
//	hcvault://HOST:PORT/MOUNT/keys/NAME   transit of HashiCorp Vault or OpenBao
//	aws-kms://arn:aws:kms:REGION:ACCOUNT:key/ID
//	gcp-kms://projects/…/locations/…/keyRings/…/cryptoKeys/NAME
//
// Who we are is told as each service's own programs are told: VAULT_TOKEN and
// VAULT_CACERT, AWS's and Google's default credentials. Each key set is encrypted and
// decrypted there, bound to its name; that is at the start and when a key is rotated,
// and so no card waits for it.
func KMS(ctx context.Context, uri string) (tink.AEAD, error) {
	client, err := openClient(ctx, uri)
	if err != nil {
		return nil, fmt.Errorf("keyring: key service: %w", err)
	}
	master, err := client.GetAEAD(uri)
	if err != nil {
		return nil, fmt.Errorf("keyring: key service: %w", err)
	}
	return master, nil
}

func openClient(ctx context.Context, uri string) (registry.KMSClient, error) {
	switch {
	case strings.HasPrefix(uri, "hcvault://"):
		return openVault(uri)
	case strings.HasPrefix(uri, "aws-kms://"):
		return awskms.NewClientWithOptions(ctx, uri)
	case strings.HasPrefix(uri, "gcp-kms://"):
		return gcpkms.NewClient(ctx, uri, gcpkms.WithGoogleAPIClientOptions(googleOptions...), gcpkms.WithTransport(gcpkms.TransportREST))
	}
	return nil, fmt.Errorf("%q begins with none of hcvault://, aws-kms:// and gcp-kms://", uri)
}

// openVault speaks https to the host of the URI. VAULT_ADDR may name another way
// there, such as a local agent.
func openVault(uri string) (registry.KMSClient, error) {
	config := api.DefaultConfig()
	if config.Error != nil {
		return nil, config.Error
	}
	client, err := api.NewClient(config)
	if err != nil {
		return nil, err
	}
	host, _, _ := strings.Cut(strings.TrimPrefix(uri, "hcvault://"), "/")
	if os.Getenv(api.EnvVaultAddress) == "" {
		if err := client.SetAddress("https://" + host); err != nil {
			return nil, err
		}
	}
	// With the option's absence the name of a key set goes as associated_data, which
	// every key checks; the older context does nothing for most keys.
	return hcvault.NewClientWithAEADOptions("hcvault://"+host, client.Logical())
}

// googleOptions is where a test says where its service is. REST goes through proxies
// that gRPC does not, and the few calls there are do not need more.
var googleOptions []option.ClientOption
