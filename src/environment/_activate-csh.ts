import { harmlessInPrompt } from "./_activate-posix.ts";
import type { Activation } from "./activation.ts";

/**
 * csh and tcsh. A script of theirs cannot learn where it lies, so the folder stands here even in a relocatable
 * environment.
 */
export function activateCsh({ folder, scripts, prompt }: Activation): string {
  return `# To be sourced from csh or tcsh: source ${scripts}/activate.csh
# The alias \`deactivate\` takes everything back.

alias deactivate '${deactivate.join("; ")}'

# Another environment may be active. What it kept is under the same names.
deactivate nondestructive

setenv VIRTUAL_ENV ${quoteCsh(folder)}
setenv VIRTUAL_ENV_PROMPT ${quoteCsh(prompt)}

set _OLD_VIRTUAL_PATH = "$PATH:q"
setenv PATH "$VIRTUAL_ENV:q/"${quoteCsh(scripts)}":$PATH:q"

if ( $?PYTHONHOME ) then
    set _OLD_VIRTUAL_PYTHONHOME = "$PYTHONHOME:q"
    unsetenv PYTHONHOME
endif

if ( ! $?VIRTUAL_ENV_DISABLE_PROMPT ) then
    # Only an interactive shell has a prompt.
    if ( $?prompt ) then
        set _OLD_VIRTUAL_PROMPT = "$prompt:q"
        set prompt = ${quoteCsh(`(${harmlessInPrompt(prompt)}) `)}"$prompt:q"
    endif
endif

rehash
`;
}

// An alias is one line. csh expands variables of a command before it looks at the condition, so whatever may be
// unset is named inside an eval only.
const quote = String.raw`'\''`;
const when = (condition: string, ...commands: string[]) =>
  `if ( ${condition} ) eval ${quote}${commands.join("; ")}${quote}`;
const deactivate = [
  when("$?_OLD_VIRTUAL_PATH", `setenv PATH "$_OLD_VIRTUAL_PATH:q"`, "unset _OLD_VIRTUAL_PATH"),
  when(
    "$?_OLD_VIRTUAL_PYTHONHOME",
    `setenv PYTHONHOME "$_OLD_VIRTUAL_PYTHONHOME:q"`,
    "unset _OLD_VIRTUAL_PYTHONHOME",
  ),
  when(
    "$?_OLD_VIRTUAL_PROMPT",
    `set prompt = "$_OLD_VIRTUAL_PROMPT:q"`,
    "unset _OLD_VIRTUAL_PROMPT",
  ),
  "unsetenv VIRTUAL_ENV",
  "unsetenv VIRTUAL_ENV_PROMPT",
  "rehash",
  String.raw`if ( "x\!:*" != "xnondestructive" ) unalias deactivate`,
];

/** Single quotes keep everything but history (`!`) and line ends, which a backslash keeps. */
function quoteCsh(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`).replaceAll(/[!\n]/g, String.raw`\$&`)}'`;
}
