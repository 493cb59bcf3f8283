package resources

import "consulcluster/aws-plugin/schema"

// All are the supported resource types, by their tokens.
func (c *Clients) All() map[string]schema.Resource {
	return map[string]schema.Resource{
		"aws:ebs/volume:Volume":                     c.volume(),
		"aws:ec2/eip:Eip":                           c.eip(),
		"aws:ec2/instance:Instance":                 c.instance(),
		"aws:ec2/keyPair:KeyPair":                   c.keyPair(),
		"aws:ec2/networkInterface:NetworkInterface": c.networkInterface(),
		"aws:ec2/securityGroup:SecurityGroup":       c.securityGroup(),
		"aws:ec2/volumeAttachment:VolumeAttachment": c.volumeAttachment(),
		"aws:iam/instanceProfile:InstanceProfile":   c.instanceProfile(),
		"aws:iam/role:Role":                         c.role(),
		"aws:iam/rolePolicy:RolePolicy":             c.rolePolicy(),
	}
}
