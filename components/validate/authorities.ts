import type { X509Certificate } from "node:crypto";
import { certificatesIn, checkDates } from "./pem";
import { type Problem, problem, show } from "./problem";
import { type Check, list, repeats, text } from "./values";

/** Numbers of CAs that are made: names, and no more. */
export const checkAuthorities = list(
  (numbers, path) => [
    ...(numbers.length > 0
      ? []
      : problem(path, "holds no number; leave it out to have one CA made")),
    ...numbers.flatMap((one, index) =>
      typeof one === "number" && Number.isInteger(one) && one >= 1
        ? []
        : problem(`${path}[${index}]`, `${show(one)} is no whole number from 1 on`),
    ),
    ...repeats(numbers, String).flatMap(({ item }) =>
      problem(path, `${show(item)} stands there twice; give it once`),
    ),
  ],
  "a list of numbers, such as [1, 2]",
);

/** The CA's certificate, and no other. */
export const checkCa: Check = text((pem, path) => {
  const [ca, ...more] = certificatesIn(pem);
  if (ca === undefined) return problem(path, `holds no certificate; give one in PEM`);
  return more.length > 0
    ? problem(
        path,
        "holds more than one certificate; give the CA's alone, and others as trustedCaCertificates",
      )
    : checkOneCa(ca, path);
}, "a certificate in PEM");

/** Any number of them, each in a block of its own. */
export const checkCas: Check = text((pem, path) => {
  const cas = certificatesIn(pem);
  if (cas.length === 0) return problem(path, `holds no certificate; give one in PEM`);
  return [
    ...cas.flatMap((ca, index) =>
      checkOneCa(ca, path, cas.length > 1 ? `block ${index + 1} ` : ""),
    ),
    ...repeats(cas, ({ fingerprint256 }) => fingerprint256).flatMap(({ item }) =>
      problem(path, `block ${cas.lastIndexOf(item) + 1} is there twice; give it once`),
    ),
  ];
}, "certificates in PEM");

function checkOneCa(ca: X509Certificate, path: string, which = ""): Problem[] {
  return [
    ...(ca.ca ? [] : problem(path, `${which}is no CA's certificate`)),
    ...checkDates(ca, path, which),
  ];
}
