package resources

import (
	"context"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

func (c *Clients) volumeAttachment() schema.Resource {
	attachment := func(ctx context.Context, of values.Values) (*types.VolumeAttachment, error) {
		found, err := c.findVolume(ctx, of.Text("volumeId"))
		if found == nil {
			return nil, err
		}
		for _, each := range found.Attachments {
			if aws.ToString(each.InstanceId) == of.Text("instanceId") && each.State != types.VolumeAttachmentStateDetached {
				return &each, nil
			}
		}
		return nil, nil
	}
	return schema.Resource{
		Inputs: map[string]schema.Input{
			"deviceName":                  {Kind: schema.Text, Required: true, Replaces: true},
			"instanceId":                  {Kind: schema.Text, Required: true, Replaces: true},
			"volumeId":                    {Kind: schema.Text, Required: true, Replaces: true},
			"stopInstanceBeforeDetaching": {Kind: schema.Flag},
		},
		Create: func(call *schema.Call) error {
			instance := call.Inputs.Text("instanceId")
			err := c.awaitState(call.Context, instance, 10*time.Minute, types.InstanceStateNameRunning, types.InstanceStateNameStopped)
			if err != nil {
				return err
			}
			_, err = c.EC2.AttachVolume(call.Context, &ec2.AttachVolumeInput{
				Device:     call.Inputs.TextOrNil("deviceName"),
				InstanceId: &instance,
				VolumeId:   call.Inputs.TextOrNil("volumeId"),
			})
			if err != nil {
				return err
			}
			call.ID = attachmentID(call.Inputs)
			return await(call.Context, "the volume is attached", 5*time.Minute, func(ctx context.Context) (bool, error) {
				found, err := attachment(ctx, call.Inputs)
				return found != nil && found.State == types.VolumeAttachmentStateAttached, err
			})
		},
		Read: func(call *schema.Call) (values.Values, error) {
			known := call.State.With(call.Inputs)
			found, err := attachment(call.Context, known)
			if found == nil {
				return nil, err
			}
			return known, nil
		},
		// What may change in place is read when it goes.
		Update: func(*schema.Call) error { return nil },
		Delete: func(call *schema.Call) error {
			instance := call.State.Text("instanceId")
			if call.State.Flag("stopInstanceBeforeDetaching") {
				if _, err := c.EC2.StopInstances(call.Context, &ec2.StopInstancesInput{InstanceIds: []string{instance}}); err != nil {
					return fmt.Errorf("stopping the instance: %w", err)
				}
				if err := c.awaitState(call.Context, instance, 10*time.Minute, types.InstanceStateNameStopped); err != nil {
					return err
				}
			}
			_, err := c.EC2.DetachVolume(call.Context, &ec2.DetachVolumeInput{
				Device:     call.State.TextOrNil("deviceName"),
				InstanceId: &instance,
				VolumeId:   call.State.TextOrNil("volumeId"),
			})
			// It is available: nobody has it.
			if hasCode(err, "IncorrectState") {
				return nil
			}
			if err != nil {
				return err
			}
			return await(call.Context, "the volume is detached", 5*time.Minute, func(ctx context.Context) (bool, error) {
				found, err := attachment(ctx, call.State)
				return found == nil, err
			})
		},
	}
}

// attachmentID is as the official plugin makes it: AWS has no name for an attachment.
func attachmentID(of values.Values) string {
	text := fmt.Sprintf("%s-%s-%s-", of.Text("deviceName"), of.Text("instanceId"), of.Text("volumeId"))
	return fmt.Sprintf("vai-%d", int(crc32.ChecksumIEEE([]byte(text))))
}
