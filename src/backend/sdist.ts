import type { NewMember } from "#archive/new-member";
import { compareText } from "#base/order";
import type { OwnProject } from "./own-project.ts";
import { licenseFiles, sdistFiles } from "./project-files.ts";
import { projectMetadata } from "./project-metadata.ts";

/** The members of an sdist (PyPUG source-distribution-format): files of the tree as they are, and PKG-INFO. */
export function sdistMembers(project: OwnProject): NewMember[] {
  const { tree, stem } = project;
  const members = sdistFiles(project).map((path): NewMember => ({
    name: `${stem}/${path}`,
    mode: tree.isExecutable(path) ? 0o755 : 0o644,
    content: tree.read(path),
  }));
  const metadata = projectMetadata(project, licenseFiles(project));
  members.push({
    name: `${stem}/PKG-INFO`,
    mode: 0o644,
    content: new TextEncoder().encode(metadata),
  });
  return members.sort((a, b) => compareText(a.name, b.name));
}
