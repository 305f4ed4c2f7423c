import type { Activation } from "./activation.ts";

/** One `activate` for sh, dash, bash, ksh and zsh. */
export function activatePosix({ folder, scripts, prompt, relocatable }: Activation): string {
  return `# To be sourced, not run: . ${scripts}/activate
# Serves sh, dash, bash, ksh and zsh. The function \`deactivate\` takes everything back.

deactivate () {
    if [ -n "\${_OLD_VIRTUAL_PATH+set}" ]; then
        PATH=$_OLD_VIRTUAL_PATH
        export PATH
        unset _OLD_VIRTUAL_PATH
    fi
    if [ -n "\${_OLD_VIRTUAL_PYTHONHOME+set}" ]; then
        PYTHONHOME=$_OLD_VIRTUAL_PYTHONHOME
        export PYTHONHOME
        unset _OLD_VIRTUAL_PYTHONHOME
    fi
    if [ -n "\${_OLD_VIRTUAL_PS1+set}" ]; then
        PS1=$_OLD_VIRTUAL_PS1
        unset _OLD_VIRTUAL_PS1
    fi
    unset VIRTUAL_ENV VIRTUAL_ENV_PROMPT
    # Shells remember where programs were; those places have just changed.
    hash -r 2>/dev/null || :
    if [ "\${1-}" != nondestructive ]; then
        unset -f deactivate
    fi
}

# Another environment may be active. What it kept is under the same names.
deactivate nondestructive

${relocatable ? findOwnFolder : `VIRTUAL_ENV=${quotePosix(folder)}`}
export VIRTUAL_ENV
VIRTUAL_ENV_PROMPT=${quotePosix(prompt)}
export VIRTUAL_ENV_PROMPT

_OLD_VIRTUAL_PATH=\${PATH-}
PATH=$VIRTUAL_ENV/${scripts}\${PATH:+:$PATH}
export PATH

if [ -n "\${PYTHONHOME-}" ]; then
    _OLD_VIRTUAL_PYTHONHOME=$PYTHONHOME
    unset PYTHONHOME
fi

if [ -z "\${VIRTUAL_ENV_DISABLE_PROMPT-}" ]; then
    _OLD_VIRTUAL_PS1=\${PS1-}
    PS1=${quotePosix(`(${harmlessInPrompt(prompt)}) `)}\${PS1-}
fi

hash -r 2>/dev/null || :
`;
}

// Each shell has its own name for the file being sourced; plain sh has none. The x keeps a newline at the end of a
// folder's name, which command substitution would cut off.
const findOwnFolder = `if [ -n "\${BASH_SOURCE-}" ]; then
    _pkm_here=$BASH_SOURCE
elif [ -n "\${ZSH_VERSION-}" ]; then
    eval '_pkm_here=\${(%):-%x}'
elif [ -n "\${KSH_VERSION-}" ]; then
    eval '_pkm_here=\${.sh.file}'
else
    echo "activate: this shell does not tell where a sourced file is; use bash, zsh or ksh" >&2
    unset -f deactivate
    return 1
fi
case $_pkm_here in
    */*) _pkm_here=\${_pkm_here%/*} ;;
    *) _pkm_here=. ;;
esac
VIRTUAL_ENV=$(CDPATH= cd -- "$_pkm_here/.." >/dev/null && pwd && echo x)
VIRTUAL_ENV=\${VIRTUAL_ENV%?x}
unset _pkm_here`;

/** Quotes a text for sh so that nothing in it means anything. */
export function quotePosix(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * The text with everything replaced that some shell expands when it draws its prompt: bash and dash run
 * \`$(…)\` in PS1, zsh reads \`%\`, csh \`!\`. A folder's name must not become a command.
 */
export function harmlessInPrompt(text: string): string {
  return text.replaceAll(/[$`\\!%"'\p{Cc}]/gu, "_");
}
