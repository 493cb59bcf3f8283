package resources

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

// Lookup is a function that asks and changes nothing.
type Lookup struct {
	Inputs map[string]schema.Input
	Ask    func(context.Context, values.Values) (values.Values, error)
}

var filtersInput = schema.Input{Kind: schema.Objects, Fields: map[string]schema.Input{
	"name":   {Kind: schema.Text, Required: true},
	"values": {Kind: schema.TextSet, Required: true},
}}

func filtersOf(inputs values.Values) []types.Filter {
	var filters []types.Filter
	for _, each := range inputs.Objects("filters") {
		filters = append(filters, types.Filter{Name: each.TextOrNil("name"), Values: each.Texts("values")})
	}
	return filters
}

// Lookups are the supported functions, by their tokens.
func (c *Clients) Lookups() map[string]Lookup {
	return map[string]Lookup{
		"aws:ec2/getAmi:getAmi": {
			Inputs: map[string]schema.Input{
				"mostRecent": {Kind: schema.Flag}, "owners": {Kind: schema.TextSet}, "filters": filtersInput,
			},
			Ask: c.newestImage,
		},
		"aws:ec2/getSubnet:getSubnet": {
			Inputs: map[string]schema.Input{"id": {Kind: schema.Text, Required: true}},
			Ask:    c.subnet,
		},
		"aws:ec2/getSubnets:getSubnets": {
			Inputs: map[string]schema.Input{"filters": filtersInput},
			Ask:    c.subnets,
		},
	}
}

func (c *Clients) newestImage(ctx context.Context, inputs values.Values) (values.Values, error) {
	found, err := c.EC2.DescribeImages(ctx, &ec2.DescribeImagesInput{Owners: inputs.Texts("owners"), Filters: filtersOf(inputs)})
	if err != nil {
		return nil, err
	}
	if len(found.Images) == 0 {
		return nil, errors.New("your query returned no results, please change your search criteria and try again")
	}
	if len(found.Images) > 1 && !inputs.Flag("mostRecent") {
		return nil, errors.New("your query returned more than one result, please try a more specific search criteria, or set mostRecent")
	}
	newest := slices.MaxFunc(found.Images, func(one, other types.Image) int {
		return cmp.Compare(aws.ToString(one.CreationDate), aws.ToString(other.CreationDate))
	})
	answer := inputs.With(values.Values{"architecture": string(newest.Architecture)})
	answer.Set("id", newest.ImageId)
	answer.Set("imageId", newest.ImageId)
	answer.Set("name", newest.Name)
	answer.Set("creationDate", newest.CreationDate)
	answer.Set("ownerId", newest.OwnerId)
	answer.Set("rootDeviceName", newest.RootDeviceName)
	return answer, nil
}

func (c *Clients) subnet(ctx context.Context, inputs values.Values) (values.Values, error) {
	found, err := c.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{inputs.Text("id")}})
	if err != nil {
		return nil, err
	}
	if len(found.Subnets) != 1 {
		return nil, errors.New("no matching EC2 Subnet found")
	}
	subnet := found.Subnets[0]
	answer := values.Values{}
	answer.Set("id", subnet.SubnetId)
	answer.Set("availabilityZone", subnet.AvailabilityZone)
	answer.Set("cidrBlock", subnet.CidrBlock)
	answer.Set("vpcId", subnet.VpcId)
	return answer, nil
}

func (c *Clients) subnets(ctx context.Context, inputs values.Values) (values.Values, error) {
	found, err := c.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: filtersOf(inputs)})
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for _, subnet := range found.Subnets {
		ids = append(ids, aws.ToString(subnet.SubnetId))
	}
	return inputs.With(values.Values{"id": c.Region, "ids": values.ListOf(ids)}), nil
}
