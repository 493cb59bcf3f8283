package resources

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

func (c *Clients) networkInterface() schema.Resource {
	return schema.Resource{
		Inputs: map[string]schema.Input{
			"description": {Kind: schema.Text},
			"subnetId":    {Kind: schema.Text, Required: true, Replaces: true},
			// The first address stays with the interface; another one is another interface.
			"privateIps": {Kind: schema.TextSet, Computed: true, ReplacesIf: func(state, inputs values.Values) bool {
				return !slices.Contains(inputs.Texts("privateIps"), state.Text("privateIp"))
			}},
			"securityGroups": {Kind: schema.TextSet, Computed: true},
			"tags":           tagsInput,
		},
		Outputs: []string{"arn", "macAddress", "ownerId", "privateDnsName", "privateIp", "tagsAll"},
		Create: func(call *schema.Call) error {
			input := &ec2.CreateNetworkInterfaceInput{
				ClientToken:       aws.String(token()),
				Description:       call.Inputs.TextOrNil("description"),
				SubnetId:          call.Inputs.TextOrNil("subnetId"),
				Groups:            call.Inputs.Texts("securityGroups"),
				TagSpecifications: tagsAtBirth(types.ResourceTypeNetworkInterface, call.Inputs.Map("tags")),
			}
			for i, address := range call.Inputs.Texts("privateIps") {
				input.PrivateIpAddresses = append(input.PrivateIpAddresses, types.PrivateIpAddressSpecification{
					PrivateIpAddress: aws.String(address), Primary: aws.Bool(i == 0),
				})
			}
			made, err := c.EC2.CreateNetworkInterface(call.Context, input)
			if err != nil {
				return err
			}
			call.ID = aws.ToString(made.NetworkInterface.NetworkInterfaceId)
			return await(call.Context, "network interface "+call.ID+" is there", 10*time.Minute, func(ctx context.Context) (bool, error) {
				found, err := c.findNetworkInterface(ctx, call.ID)
				return found != nil && found.Status != types.NetworkInterfaceStatus("pending"), err
			})
		},
		Read: func(call *schema.Call) (values.Values, error) {
			found, err := c.findNetworkInterface(call.Context, call.ID)
			if found == nil {
				return nil, err
			}
			state := values.Values{"arn": c.arn("network-interface/" + call.ID)}
			state.Set("description", found.Description)
			state.Set("subnetId", found.SubnetId)
			state.Set("privateIp", found.PrivateIpAddress)
			state.Set("privateDnsName", found.PrivateDnsName)
			state.Set("macAddress", found.MacAddress)
			state.Set("ownerId", found.OwnerId)
			var addresses, groups []string
			for _, each := range found.PrivateIpAddresses {
				addresses = append(addresses, aws.ToString(each.PrivateIpAddress))
			}
			for _, each := range found.Groups {
				groups = append(groups, aws.ToString(each.GroupId))
			}
			state["privateIps"], state["securityGroups"] = values.ListOf(addresses), values.ListOf(groups)
			readTags(state, found.TagSet)
			return state, nil
		},
		Update: func(call *schema.Call) error {
			modify := func(input ec2.ModifyNetworkInterfaceAttributeInput) error {
				input.NetworkInterfaceId = &call.ID
				_, err := c.EC2.ModifyNetworkInterfaceAttribute(call.Context, &input)
				return err
			}
			if call.Changed["privateIps"] {
				return unsupported("more than one address of a network interface")
			}
			if call.Changed["securityGroups"] {
				groups := call.Inputs.Texts("securityGroups")
				if err := modify(ec2.ModifyNetworkInterfaceAttributeInput{Groups: groups}); err != nil {
					return err
				}
			}
			if call.Changed["description"] {
				text := &types.AttributeValue{Value: aws.String(call.Inputs.Text("description"))}
				if err := modify(ec2.ModifyNetworkInterfaceAttributeInput{Description: text}); err != nil {
					return err
				}
			}
			return c.updateTags(call)
		},
		Delete: func(call *schema.Call) error {
			found, err := c.findNetworkInterface(call.Context, call.ID)
			if found == nil {
				return err
			}
			_, err = c.EC2.DeleteNetworkInterface(call.Context, &ec2.DeleteNetworkInterfaceInput{NetworkInterfaceId: &call.ID})
			return unlessGone(err, "InvalidNetworkInterfaceID.NotFound")
		},
	}
}

func (c *Clients) findNetworkInterface(ctx context.Context, id string) (*types.NetworkInterface, error) {
	found, err := c.EC2.DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{id}})
	if err != nil || len(found.NetworkInterfaces) == 0 {
		return nil, unlessGone(err, "InvalidNetworkInterfaceID.NotFound")
	}
	return &found.NetworkInterfaces[0], nil
}
