package resources

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

func (c *Clients) eip() schema.Resource {
	find := func(ctx context.Context, id string) (*types.Address, error) {
		found, err := c.EC2.DescribeAddresses(ctx, &ec2.DescribeAddressesInput{AllocationIds: []string{id}})
		if err != nil || len(found.Addresses) == 0 {
			return nil, unlessGone(err, "InvalidAllocationID.NotFound")
		}
		return &found.Addresses[0], nil
	}
	associate := func(call *schema.Call) error {
		network := call.Inputs.Text("networkInterface")
		if network == "" {
			return nil
		}
		_, err := c.EC2.AssociateAddress(call.Context, &ec2.AssociateAddressInput{AllocationId: &call.ID, NetworkInterfaceId: &network})
		return err
	}
	disassociate := func(call *schema.Call) error {
		association := call.State.Text("associationId")
		if association == "" {
			return nil
		}
		_, err := c.EC2.DisassociateAddress(call.Context, &ec2.DisassociateAddressInput{AssociationId: &association})
		return unlessGone(err, "InvalidAssociationID.NotFound")
	}
	return schema.Resource{
		Inputs: map[string]schema.Input{
			"domain":           {Kind: schema.Text, Replaces: true, Computed: true},
			"networkInterface": {Kind: schema.Text, Computed: true},
			"tags":             tagsInput,
		},
		Outputs: []string{"allocationId", "arn", "associationId", "instance", "privateIp", "publicIp", "tagsAll"},
		Create: func(call *schema.Call) error {
			made, err := c.EC2.AllocateAddress(call.Context, &ec2.AllocateAddressInput{
				Domain:            types.DomainType(call.Inputs.Text("domain")),
				TagSpecifications: tagsAtBirth(types.ResourceTypeElasticIp, call.Inputs.Map("tags")),
			})
			if err != nil {
				return err
			}
			call.ID = aws.ToString(made.AllocationId)
			err = await(call.Context, "the address is there", 15*time.Minute, func(ctx context.Context) (bool, error) {
				found, err := find(ctx, call.ID)
				return found != nil, err
			})
			if err != nil {
				return err
			}
			return associate(call)
		},
		Read: func(call *schema.Call) (values.Values, error) {
			found, err := find(call.Context, call.ID)
			if found == nil {
				return nil, err
			}
			state := values.Values{"allocationId": call.ID, "arn": c.arn("elastic-ip/" + call.ID), "domain": string(found.Domain)}
			state.Set("associationId", found.AssociationId)
			state.Set("instance", found.InstanceId)
			state.Set("networkInterface", found.NetworkInterfaceId)
			state.Set("privateIp", found.PrivateIpAddress)
			state.Set("publicIp", found.PublicIp)
			readTags(state, found.Tags)
			return state, nil
		},
		Update: func(call *schema.Call) error {
			if call.Changed["networkInterface"] {
				if err := disassociate(call); err != nil {
					return err
				}
				if err := associate(call); err != nil {
					return err
				}
			}
			return c.updateTags(call)
		},
		Delete: func(call *schema.Call) error {
			if err := disassociate(call); err != nil {
				return err
			}
			_, err := c.EC2.ReleaseAddress(call.Context, &ec2.ReleaseAddressInput{AllocationId: &call.ID})
			return unlessGone(err, "InvalidAllocationID.NotFound")
		},
	}
}
