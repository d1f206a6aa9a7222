package vault_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger/vault"
)

// A payload is sealed under its stream's key, read back, and lost for ever when the key is destroyed.
func Example() {
	folder, err := os.MkdirTemp("", "vault")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	if err := sealAndErase(context.Background(), folder); err != nil {
		fmt.Println(err)
	}
	// Output:
	// opened: {"applicant":"…"}
	// erased: true
}

func sealAndErase(ctx context.Context, folder string) (err error) {
	master, err := vault.LoadOrCreateMaster(filepath.Join(folder, "master.key"))
	if err != nil {
		return err
	}
	v, err := vault.Open(ctx, vault.Options{Path: filepath.Join(folder, vault.DatabaseName), Master: master})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()

	stream, event := "instance-"+uuid.NewString(), uuid.New()
	key, err := v.Create(ctx, "nordvik", stream)
	if err != nil {
		return err
	}
	aad := vault.AAD(stream, event, "nordvik/skjenkebevilling.Created")
	sealed := key.Seal(nil, []byte(`{"applicant":"…"}`), aad)
	payload, err := key.Open(nil, sealed, aad)
	if err != nil {
		return err
	}
	fmt.Printf("opened: %s\n", payload)

	if err := v.Erase(ctx, stream); err != nil {
		return err
	}
	_, err = v.Key(ctx, stream)
	fmt.Println("erased:", errors.Is(err, vault.ErrErased))
	return nil
}
