import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

new PolicyPack("consul-cluster", { enforcementLevel: "mandatory", policies });
