/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs every file of a folder through a fuzz target and speaks TAP. A fault ends the process, and
 * with it the plan is not met. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int replay(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    uint8_t *data = malloc(1 << 20);
    size_t size = data ? fread(data, 1, 1 << 20, file) : 0;
    fclose(file);
    int result = data ? LLVMFuzzerTestOneInput(data, size) : -1;
    free(data);
    return result;
}

int main(int argc, char **argv)
{
    struct dirent **names;
    int n = argc == 2 ? scandir(argv[1], &names, is_file, alphasort) : -1;
    if (n <= 0) {
        printf("1..1\nnot ok 1 - there are seeds in %s\n", argc == 2 ? argv[1] : "no folder");
        return 1;
    }
    printf("1..%d\n", n);
    for (int i = 0; i < n; i++) {
        int result = replay(argv[1], names[i]->d_name);
        printf("%s %d - %s\n", result == 0 ? "ok" : "not ok", i + 1, names[i]->d_name);
        fflush(stdout);
        free(names[i]);
    }
    free(names);
    return 0;
}
