import { runOrFail } from "../lab/system/command";
import { projectFolder } from "../lab/system/project";

/** What is read of a CycloneDX document as npm writes it. */
export interface Sbom {
  metadata: { timestamp?: string; component: Component };
  serialNumber?: string;
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

interface Component {
  "bom-ref": string;
  name: string;
}

interface Manifest {
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

/** The bill of materials of the library, in CycloneDX: what it needs, in the versions that it was locked and tested with. */
export async function librarySbom(manifest: Manifest): Promise<Sbom> {
  // With what the tests need: npm would leave out all that both need.
  const argv = "npm sbom --package-lock-only --include dev --sbom-format cyclonedx".split(" ");
  const { stdout } = await runOrFail(argv, { cwd: projectFolder });
  return libraryAlone(JSON.parse(stdout) as Sbom, manifest);
}

/** Of a project's, what the library needs. Without a time and a number of its own: the same sources give the same. */
export function libraryAlone(
  { serialNumber: _, ...project }: Sbom,
  { dependencies, peerDependencies }: Manifest,
): Sbom {
  const { timestamp: __, ...metadata } = project.metadata;
  const root = metadata.component["bom-ref"];
  const name = root.replace(/@[^@]*$/, "");
  const wanted = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
  const needs = new Map(project.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const own = (needs.get(root) ?? []).filter((ref) => wanted.has(ref.replace(/@[^@]*$/, "")));
  const needed = new Set<string>();
  const visit = (ref: string): void => {
    if (needed.has(ref)) return;
    needed.add(ref);
    (needs.get(ref) ?? []).forEach(visit);
  };
  own.forEach(visit);
  return {
    ...project,
    // npm calls it as the folder that it stands in.
    metadata: { ...metadata, component: { ...metadata.component, name } },
    components: project.components.filter((one) => needed.has(one["bom-ref"])),
    dependencies: [
      { ref: root, dependsOn: own },
      ...project.dependencies.filter(({ ref }) => needed.has(ref)),
    ],
  };
}
