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

func (c *Clients) volume() schema.Resource {
	return schema.Resource{
		Inputs: map[string]schema.Input{
			"availabilityZone": {Kind: schema.Text, Required: true, Replaces: true},
			"size":             {Kind: schema.Number, Computed: true},
			"type":             {Kind: schema.Text, Computed: true},
			"encrypted":        {Kind: schema.Flag, Replaces: true, Computed: true},
			"kmsKeyId":         {Kind: schema.Text, Replaces: true, Computed: true},
			"tags":             tagsInput,
		},
		Outputs: []string{"arn", "createTime", "iops", "snapshotId", "tagsAll", "throughput"},
		Create: func(call *schema.Call) error {
			made, err := c.EC2.CreateVolume(call.Context, &ec2.CreateVolumeInput{
				ClientToken:       aws.String(token()),
				AvailabilityZone:  call.Inputs.TextOrNil("availabilityZone"),
				Size:              call.Inputs.NumberOrNil("size"),
				VolumeType:        types.VolumeType(call.Inputs.Text("type")),
				Encrypted:         call.Inputs.FlagOrNil("encrypted"),
				KmsKeyId:          call.Inputs.TextOrNil("kmsKeyId"),
				TagSpecifications: tagsAtBirth(types.ResourceTypeVolume, call.Inputs.Map("tags")),
			})
			if err != nil {
				return err
			}
			call.ID = aws.ToString(made.VolumeId)
			return await(call.Context, "volume "+call.ID+" is available", 5*time.Minute, func(ctx context.Context) (bool, error) {
				found, err := c.findVolume(ctx, call.ID)
				return found != nil && found.State == types.VolumeStateAvailable, err
			})
		},
		Read: func(call *schema.Call) (values.Values, error) {
			found, err := c.findVolume(call.Context, call.ID)
			if found == nil {
				return nil, err
			}
			state := values.Values{
				"arn":       c.arn("volume/" + call.ID),
				"size":      number(found.Size),
				"type":      string(found.VolumeType),
				"encrypted": aws.ToBool(found.Encrypted),
			}
			state.Set("availabilityZone", found.AvailabilityZone)
			state.Set("kmsKeyId", found.KmsKeyId)
			state.Set("snapshotId", found.SnapshotId)
			if found.CreateTime != nil {
				state["createTime"] = found.CreateTime.Format(time.RFC3339)
			}
			readTags(state, found.Tags)
			return state, nil
		},
		Update: func(call *schema.Call) error {
			if call.Changed["size"] || call.Changed["type"] {
				_, err := c.EC2.ModifyVolume(call.Context, &ec2.ModifyVolumeInput{
					VolumeId:   &call.ID,
					Size:       call.Inputs.NumberOrNil("size"),
					VolumeType: types.VolumeType(call.Inputs.Text("type")),
				})
				if err == nil {
					err = c.awaitVolumeModified(call)
				}
				if err != nil {
					return err
				}
			}
			return c.updateTags(call)
		},
		Delete: func(call *schema.Call) error {
			asked := false
			return await(call.Context, "volume "+call.ID+" is deleted", 10*time.Minute, func(ctx context.Context) (bool, error) {
				if asked {
					found, err := c.findVolume(ctx, call.ID)
					return found == nil, err
				}
				_, err := c.EC2.DeleteVolume(ctx, &ec2.DeleteVolumeInput{VolumeId: &call.ID})
				asked = err == nil
				switch {
				case hasCode(err, "InvalidVolume.NotFound"):
					return true, nil
				case hasCode(err, "VolumeInUse"):
					// While a machine still has it, AWS is asked again.
					return false, nil
				}
				return false, err
			})
		},
	}
}

func (c *Clients) findVolume(ctx context.Context, id string) (*types.Volume, error) {
	found, err := c.EC2.DescribeVolumes(ctx, &ec2.DescribeVolumesInput{VolumeIds: []string{id}})
	if err != nil || len(found.Volumes) == 0 || found.Volumes[0].State == types.VolumeStateDeleted {
		return nil, unlessGone(err, "InvalidVolume.NotFound")
	}
	return &found.Volumes[0], nil
}

func (c *Clients) awaitVolumeModified(call *schema.Call) error {
	return await(call.Context, "volume "+call.ID+" is modified", 5*time.Minute, func(ctx context.Context) (bool, error) {
		found, err := c.EC2.DescribeVolumesModifications(ctx, &ec2.DescribeVolumesModificationsInput{VolumeIds: []string{call.ID}})
		if err != nil || len(found.VolumesModifications) == 0 {
			return err == nil, err
		}
		state := found.VolumesModifications[0].ModificationState
		return state == types.VolumeModificationStateOptimizing || state == types.VolumeModificationStateCompleted, nil
	})
}
