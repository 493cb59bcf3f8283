/** A package as package-lock.json has it. */
interface Locked {
  version?: string;
  license?: string;
  dev?: boolean;
  hasInstallScript?: boolean;
}

export interface Installed {
  name: string;
  version: string;
  /** As the package says it; "" where it says nothing. */
  license: string;
  hasInstallScript: boolean;
}

/** What is installed for production, by name and version: the dependencies of this project and all that those need. */
export function productionPackages(lock: { packages: Record<string, Locked> }): Installed[] {
  const all = Object.entries(lock.packages).flatMap(([place, locked]) => {
    const name = place.split("node_modules/").at(-1) ?? "";
    if (name === "" || locked.dev === true) return [];
    const { version = "", license = "", hasInstallScript = false } = locked;
    return [{ name, version, license, hasInstallScript }];
  });
  const byReference = new Map(all.map((one) => [`${one.name}@${one.version}`, one]));
  return [...byReference.keys()].sort().map((reference) => byReference.get(reference) as Installed);
}
