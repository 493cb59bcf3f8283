// What every program of the Node SDK costs.
require("@pulumi/pulumi");
