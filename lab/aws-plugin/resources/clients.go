// Package resources is what the stand-in knows of AWS: a file for each resource type, with the calls that the official plugin makes.
package resources

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"
)

// Clients speak to an account in a region.
type Clients struct {
	EC2     *ec2.Client
	IAM     *iam.Client
	Region  string
	Account string
}

func (c *Clients) arn(resource string) string {
	return fmt.Sprintf("arn:aws:ec2:%s:%s:%s", c.Region, c.Account, resource)
}

// hasCode tells whether AWS has answered with an error of one of these codes.
func hasCode(err error, codes ...string) bool {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return false
	}
	for _, code := range codes {
		if answer.ErrorCode() == code {
			return true
		}
	}
	return false
}

// unlessGone is the error, and none where AWS says by one of these codes that there is no such thing: looked for, there is nothing; taken
// away, it is.
func unlessGone(err error, codes ...string) error {
	if hasCode(err, codes...) {
		return nil
	}
	return err
}

// pause is how long a wait lets AWS be between two looks. The official plugin waits 10 s before its first.
const pause = 500 * time.Millisecond

// await looks until what is looked for is there. The engine's cancel ends it, and so does the time that the official plugin has.
func await(ctx context.Context, what string, limit time.Duration, look func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("%s has not come in %s", what, limit))
	defer cancel()
	for {
		done, err := look(ctx)
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("waiting until %s: %w", what, err)
		}
		if done {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w", what, context.Cause(ctx))
		case <-time.After(pause):
		}
	}
}

func number(value *int32) float64 { return float64(aws.ToInt32(value)) }

// token makes a call that is sent twice count once.
func token() string {
	random := make([]byte, 16)
	_, _ = rand.Read(random)
	return hex.EncodeToString(random)
}

func unsupported(what string) error {
	return fmt.Errorf("%s: this is ConsulCluster's stand-in for the AWS plugin, which does not do that; nothing was changed", what)
}

// isAbout tells whether an error's text holds one of these.
func isAbout(err error, texts ...string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(err.Error(), text) })
}
