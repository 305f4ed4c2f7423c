# Compiles modules; run by pkm with `-I -S -B`. Reads pairs of lines from standard input, where a module lies and
# where its compiled form goes, and prints the number of each pair that worked. Works with every Python from 3.3 on.
import py_compile
import sys


def main():
    lines = sys.stdin.buffer.read().decode("utf-8", "surrogateescape").split("\n")
    done = []
    for number in range(len(lines) // 2):
        source, target = lines[2 * number], lines[2 * number + 1]
        try:
            # What cannot be compiled (templates, modules for another Python) is left to the import, as ever.
            if py_compile.compile(source, target, doraise=True):
                done.append(str(number))
        except (py_compile.PyCompileError, SyntaxError, ValueError, RecursionError, UnicodeError):
            pass
    sys.stdout.write("\n".join(done))


main()
