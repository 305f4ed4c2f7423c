/** The parts of the Windows registry that PEP 514 speaks of. Real on Windows, imagined in tests. */
export interface WindowsRegistry {
  /** Names of the keys below a key, such as `HKCU\Software\Python`; empty where there is none. */
  keys(path: string): readonly string[];
  /** A value of a key; the default value has the name `""`. */
  value(path: string, name: string): string | undefined;
}
