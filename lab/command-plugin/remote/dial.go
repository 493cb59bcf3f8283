package remote

import (
	"context"
	"fmt"
	"io"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/retry"
	"golang.org/x/crypto/ssh"
)

// link is an open connection to a host, with all that has to be closed after it.
type link struct {
	*ssh.Client
	under []io.Closer
}

func (l *link) Close() error {
	err := l.Client.Close()
	for _, c := range l.under {
		_ = c.Close() // the host's own connection is what matters to the caller
	}
	return err
}

// dial opens the connection, through the bastion where one is given.
func (c *Connection) dial(ctx context.Context) (*link, error) {
	target, err := c.login()
	if err != nil {
		return nil, err
	}
	// The agent only serves the handshake.
	defer target.close()

	if c.Proxy == nil {
		client, err := untilDialled(ctx, "dial", c.dialErrorLimit(), func() (*ssh.Client, error) {
			return ssh.Dial("tcp", c.address(), target.config)
		})
		if err != nil {
			return nil, err
		}
		return &link{Client: client}, nil
	}

	bastion, err := c.Proxy.dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	behind := &tunnels{bastion: bastion, address: c.address()}
	client, err := untilDialled(ctx, "dial from proxy", c.dialErrorLimit(), func() (*ssh.Client, error) {
		return behind.dial(target.config)
	})
	if err != nil {
		_ = bastion.Close() // the error to report is the one above
		return nil, fmt.Errorf("proxy: %w", err)
	}
	return &link{Client: client, under: []io.Closer{bastion}}, nil
}

func (c *ProxyConnection) dial(ctx context.Context) (*ssh.Client, error) {
	login, err := c.login()
	if err != nil {
		return nil, err
	}
	defer login.close()
	return untilDialled(ctx, "dial proxy", c.dialErrorLimit(), func() (*ssh.Client, error) {
		return ssh.Dial("tcp", c.address(), login.config)
	})
}

// untilDialled tries until it succeeds, the limit is passed (N means N+1 tries, a negative one no
// end) or the operation is cancelled, which is noticed in the pauses only. Every failure is tried
// again, a refused key included. The pauses are retry's own: 100 ms, growing by 1.5, at most 5 s.
func untilDialled(
	ctx context.Context, what string, limit int, try func() (*ssh.Client, error),
) (*ssh.Client, error) {
	done, client, err := retry.Until(ctx, retry.Acceptor{
		Accept: func(failed int, _ time.Duration) (bool, any, error) {
			client, err := try()
			if err == nil {
				return true, client, nil
			}
			if limit >= 0 && failed >= limit {
				return true, nil, fmt.Errorf("after %d failed attempts: %w", failed, err)
			}
			p.GetLogger(ctx).InfoStatusf("%s failed (%d of %s), trying again: %s",
				what, failed+1, allowed(limit), err)
			return false, nil, nil
		},
	})
	if err != nil {
		return nil, err
	}
	if !done {
		return nil, ctx.Err()
	}
	return client.(*ssh.Client), nil
}

func allowed(limit int) string {
	if limit < 0 {
		return "no limit"
	}
	return fmt.Sprint(limit)
}
