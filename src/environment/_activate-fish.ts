import type { Activation } from "./activation.ts";

export function activateFish({ folder, scripts, prompt, relocatable }: Activation): string {
  return `# To be sourced from fish: source ${scripts}/activate.fish
# The function \`deactivate\` takes everything back.

function deactivate -d "Leave the Python environment"
    if set -q _OLD_VIRTUAL_PATH
        set -gx PATH $_OLD_VIRTUAL_PATH
        set -e _OLD_VIRTUAL_PATH
    end
    if set -q _OLD_VIRTUAL_PYTHONHOME
        set -gx PYTHONHOME $_OLD_VIRTUAL_PYTHONHOME
        set -e _OLD_VIRTUAL_PYTHONHOME
    end
    if set -q _OLD_FISH_PROMPT_OVERRIDE
        set -e _OLD_FISH_PROMPT_OVERRIDE
        # A nested fish inherits the variable, but not the functions.
        if functions -q _old_fish_prompt
            functions -e fish_prompt
            functions -c _old_fish_prompt fish_prompt
            functions -e _old_fish_prompt
        end
    end
    set -e VIRTUAL_ENV
    set -e VIRTUAL_ENV_PROMPT
    if test "$argv[1]" != nondestructive
        functions -e deactivate _pkm_with_status
    end
end

function _pkm_with_status -d "Answer with a given status"
    return $argv[1]
end

# Another environment may be active. What it kept is under the same names.
deactivate nondestructive

set -gx VIRTUAL_ENV ${relocatable ? "(builtin realpath (status dirname | string collect)/.. | string collect)" : quoteFish(folder)}
set -gx VIRTUAL_ENV_PROMPT ${quoteFish(prompt)}

set -gx _OLD_VIRTUAL_PATH $PATH
set -gx PATH "$VIRTUAL_ENV/"${quoteFish(scripts)} $PATH

if set -q PYTHONHOME
    set -gx _OLD_VIRTUAL_PYTHONHOME $PYTHONHOME
    set -e PYTHONHOME
end

if test -z "$VIRTUAL_ENV_DISABLE_PROMPT"; and functions -q fish_prompt
    functions -c fish_prompt _old_fish_prompt
    function fish_prompt
        set -l before $status
        printf '(%s) ' $VIRTUAL_ENV_PROMPT
        # The prompt behind may show the status of the last command.
        _pkm_with_status $before
        _old_fish_prompt
    end
    set -gx _OLD_FISH_PROMPT_OVERRIDE "$VIRTUAL_ENV"
end
`;
}

function quoteFish(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
