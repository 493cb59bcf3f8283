package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	p "github.com/pulumi/pulumi-go-provider"

	"consulcluster/aws-plugin/resources"
	"consulcluster/aws-plugin/values"
)

// supportedSettings are the provider's own. Those that begin with `skip` name looks that are not taken here anyway.
var supportedSettings = []string{
	"accessKey", "secretKey", "token", "profile", "region", "endpoints", "maxRetries", "version",
	"skipCredentialsValidation", "skipMetadataApiCheck", "skipRegionValidation", "skipRequestingAccountId",
}

// The official plugin asks as often as this where AWS throttles, and where its connection breaks less often.
const (
	askAgain        = 25
	askWhetherThere = 3
)

// How long one call may take. The official plugin has no such limit.
const (
	patience        = time.Minute
	patienceAtFirst = 10 * time.Second
)

func checkConfig(_ context.Context, request p.CheckRequest) (p.CheckResponse, error) {
	var failures []p.CheckFailure
	for name := range request.Inputs.AllStable {
		if !slices.Contains(supportedSettings, name) {
			failures = append(failures, p.CheckFailure{Property: name, Reason: fmt.Sprintf(
				"%q is not a setting that ConsulCluster's stand-in for the AWS plugin supports", "aws:"+name)})
		}
	}
	return p.CheckResponse{Inputs: request.Inputs, Failures: failures}, nil
}

// Another region or account is another provider, and what it has made is made anew.
func diffConfig(_ context.Context, request p.DiffRequest) (p.DiffResponse, error) {
	old, _, err := values.From(request.State)
	if err != nil {
		return p.DiffResponse{}, err
	}
	is, _, err := values.From(request.Inputs)
	if err != nil {
		return p.DiffResponse{}, err
	}
	details := map[string]p.PropertyDiff{}
	for _, name := range supportedSettings {
		if fmt.Sprint(old[name]) != fmt.Sprint(is[name]) {
			details[name] = p.PropertyDiff{Kind: p.Update}
		}
	}
	return p.DiffResponse{HasChanges: len(details) > 0, DetailedDiff: details}, nil
}

// configure makes the clients, and asks AWS who it is that asks: an endpoint that does not answer, or credentials that are no longer
// good, show here, before anything is touched.
func configure(ctx context.Context, request p.ConfigureRequest, clients *resources.Clients) error {
	settings, _, err := values.From(request.Args)
	if err != nil {
		return err
	}
	options := []func(*config.LoadOptions) error{
		// An endpoint that takes the connection and says nothing would hold a run for ever.
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(patience)),
		config.WithRetryer(func() aws.Retryer { return asking(askAgain) }),
	}
	if region := settings.Text("region"); region != "" {
		options = append(options, config.WithRegion(region))
	}
	if profile := settings.Text("profile"); profile != "" {
		options = append(options, config.WithSharedConfigProfile(profile))
	}
	if key := settings.Text("accessKey"); key != "" {
		static := credentials.NewStaticCredentialsProvider(key, settings.Text("secretKey"), settings.Text("token"))
		options = append(options, config.WithCredentialsProvider(static))
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return err
	}
	if loaded.Region == "" {
		return fmt.Errorf("no AWS region is given: set aws:region in the stack file, or AWS_REGION")
	}
	endpoints, err := endpointsOf(settings)
	if err != nil {
		return err
	}
	asked := sts.NewFromConfig(loaded, func(o *sts.Options) {
		o.RetryMaxAttempts = askWhetherThere
		o.Retryer = asking(askWhetherThere)
		o.HTTPClient = awshttp.NewBuildableClient().WithTimeout(patienceAtFirst)
		o.BaseEndpoint = either(endpoints.TextOrNil("sts"), o.BaseEndpoint)
	})
	caller, err := asked.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return fmt.Errorf("AWS does not say whose account it is, so nothing was touched; look at the endpoint, the network and the credentials: %w", err)
	}
	clients.Region = loaded.Region
	clients.Account = aws.ToString(caller.Account)
	clients.EC2 = ec2.NewFromConfig(loaded, func(o *ec2.Options) { o.BaseEndpoint = either(endpoints.TextOrNil("ec2"), o.BaseEndpoint) })
	clients.IAM = iam.NewFromConfig(loaded, func(o *iam.Options) { o.BaseEndpoint = either(endpoints.TextOrNil("iam"), o.BaseEndpoint) })
	return nil
}

// asking asks so many times, and says why it asks again: a call whose answer was lost may have done what it was to do.
func asking(times int) aws.Retryer {
	return sayingWhy{retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = times })}
}

type sayingWhy struct{ aws.RetryerV2 }

func (s sayingWhy) RetryDelay(attempt int, err error) (time.Duration, error) {
	fmt.Fprintf(os.Stderr, "asked again, after attempt %d: %v\n", attempt, err)
	return s.RetryerV2.RetryDelay(attempt, err)
}

// endpointsOf reads `aws:endpoints`, a list of one or more objects: as such, or as the text that the engine makes of a stack's setting.
func endpointsOf(settings values.Values) (values.Values, error) {
	all := values.Values{}
	if text := settings.Text("endpoints"); text != "" {
		var list []map[string]string
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			return nil, fmt.Errorf("aws:endpoints is not a list of objects: %w", err)
		}
		for _, each := range list {
			all = all.With(values.MapOf(each))
		}
	}
	for _, each := range settings.Objects("endpoints") {
		all = all.With(each)
	}
	for name := range all {
		if name != "ec2" && name != "iam" && name != "sts" {
			return nil, fmt.Errorf("aws:endpoints names %q: the stand-in speaks to ec2, iam and sts only", name)
		}
	}
	return all, nil
}

func either(one, other *string) *string {
	if one != nil {
		return one
	}
	return other
}
