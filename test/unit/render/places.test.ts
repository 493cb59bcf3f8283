import { expect, test } from "vitest";
import { planClients } from "../../../components/client/plan";
import { planSettings } from "../../../components/cluster/plan";
import { listeningPlaces } from "../../../components/render/ports";

// What preflight asks a host to have free: where an agent listens at some addresses alone, no more than those.

test("on all addresses: the port", () => {
  const { tcp, udp } = listeningPlaces(planSettings({}), "10.0.0.11");
  expect(tcp).toEqual(expect.arrayContaining(["53", "80", "8300"]));
  expect(udp).toEqual(expect.arrayContaining(["53", "8301"]));
});

test("at some: with them, its own spelled out", () => {
  const addresses = { dns: "own", http: "own 127.0.0.1" };
  const { tcp, udp } = listeningPlaces(planSettings({ addresses }), "2001:db8::11");
  expect(tcp).toEqual(expect.arrayContaining(["53@2001:db8::11", "80@2001:db8::11+127.0.0.1"]));
  expect(udp).toContain("53@2001:db8::11");
});

test("a socket is no port: alone none, beside an address that one", () => {
  const of = (http: string) =>
    listeningPlaces(planSettings({ addresses: { http } }), "10.0.0.11").tcp;
  const socket = "unix:///run/consul/http.sock";
  expect(of(socket).filter((port) => port.startsWith("80"))).toEqual([]);
  expect(of(`${socket} own`)).toContain("80@10.0.0.11");
  expect(of(`${socket} 0.0.0.0`)).toContain("80");
});

test("what is off is none; a client agent's is on loopback", () => {
  const off = listeningPlaces(planSettings({ ports: { dns: -1 }, addresses: { dns: "own" } }), "");
  expect(off.udp).toEqual(["8301", "8302"]);
  const agent = listeningPlaces(planClients({}), "10.0.0.21");
  expect(agent.tcp.sort()).toEqual(["8301", "8500@127.0.0.1", "8600@127.0.0.1"]);
});
