// node knock.cjs HOST TIMEOUT-MS: knocks on ports from addresses of this host, as JSON on stdin says. Prints which knocks
// were answered, and be it by a refusal; a firewall that drops them answers nothing.
const net = require("node:net");
const dgram = require("node:dgram");
const { readFileSync } = require("node:fs");

const [host, timeout] = process.argv.slice(2);

const knocks = {
  tcp: (from, port, done) => {
    const socket = net.connect({ host, port, localAddress: from });
    socket.on("connect", () => done(true)).on("error", () => done(true));
    return () => socket.destroy();
  },
  udp: (from, port, done) => {
    const socket = dgram.createSocket("udp4");
    socket.on("error", () => done(true)).on("message", () => done(true));
    socket.bind(0, from, () => socket.connect(port, host, () => socket.send("knock")));
    return () => socket.close();
  },
};

const knock = ({ from, protocol, port }) =>
  new Promise((resolve) => {
    let close = () => {};
    const end = (answered) => {
      clearTimeout(timer);
      close();
      resolve(answered);
    };
    const timer = setTimeout(() => end(false), Number(timeout));
    close = knocks[protocol](from, port, end);
  });

Promise.all(JSON.parse(readFileSync(0, "utf8")).map(knock)).then((answers) =>
  console.log(JSON.stringify(answers)),
);
