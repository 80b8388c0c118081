/* again.c - the simulator once more, in a process of its own: a failure may be an assertion of the core. */
#include "tests/sim/sim.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool sim_path(char out[SIM_PATH])
{
    ssize_t size = readlink("/proc/self/exe", out, SIM_PATH - 1);

    out[size > 0 ? size : 0] = '\0';
    return size > 0;
}

double line_number(const char *line, const char *name)
{
    char key[64];
    const char *found;

    snprintf(key, sizeof key, "\"%s\":", name);
    found = strstr(line, key);
    return found == NULL ? 0 : strtod(found + strlen(key), NULL);
}

bool sim_again(char last[SIM_LINE], const char *const words[])
{
    int ends[2], status = 0, made = pipe(ends);
    pid_t child;
    FILE *said;

    assert(made == 0);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        execv(words[0], (char *const *)(uintptr_t)words);
        _exit(127);
    }
    close(ends[1]);
    last[0] = '\0';
    said = fdopen(ends[0], "r");
    assert(child > 0 && said != NULL);
    while (fgets(last, SIM_LINE, said) != NULL)
        continue;
    fclose(said);
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
