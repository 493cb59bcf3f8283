/** components/schema.json as `npm run generate` would write it with the rack's arguments. */
export function schemaWithRack(json: string): string {
  const schema = JSON.parse(json);
  const plain = { plain: true };
  const group = (name: string) => ({ $ref: `#/types/consul-cluster:index:${name}`, ...plain });
  for (const { inputProperties } of Object.values<{ inputProperties: object }>(schema.resources))
    Object.assign(inputProperties, { rack: group("RackArgs") });
  Object.assign(schema.types, {
    "consul-cluster:index:RackArgs": {
      properties: {
        servers: { items: group("RackHostArgs"), ...plain },
        privateKey: {},
        plan: {},
      },
    },
    "consul-cluster:index:RackHostArgs": {
      properties: { name: plain, address: {}, unit: {}, hostKey: {} },
    },
  });
  return JSON.stringify(schema);
}
