/* A disk that hangs, for a program that is linked with its C library: while the file named by
   HANGING_DISK is there, whatever its thread "store" wants of a file neither fails nor
   returns. Preloaded by tests/stuck_disk.rs. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void hang(int fd) {
    const char *sign = getenv("HANGING_DISK");
    char name[16] = "";
    struct stat file;
    if (!sign || pthread_getname_np(pthread_self(), name, sizeof name) != 0 ||
        strcmp(name, "store") != 0 || fstat(fd, &file) != 0 || !S_ISREG(file.st_mode))
        return;
    while (access(sign, F_OK) == 0) {
        char felt[4096];
        if ((size_t)snprintf(felt, sizeof felt, "%s.felt", sign) < sizeof felt)
            close(creat(felt, 0600));
        usleep(5000);
    }
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fsync(int fd) { hang(fd); return REAL(fsync)(fd); }
int fdatasync(int fd) { hang(fd); return REAL(fdatasync)(fd); }
int ftruncate64(int fd, off64_t to) { hang(fd); return REAL(ftruncate64)(fd, to); }
ssize_t read(int fd, void *to, size_t n) { hang(fd); return REAL(read)(fd, to, n); }
ssize_t write(int fd, const void *from, size_t n) { hang(fd); return REAL(write)(fd, from, n); }
ssize_t pread64(int fd, void *to, size_t n, off64_t at) {
    hang(fd);
    return REAL(pread64)(fd, to, n, at);
}
ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at) {
    hang(fd);
    return REAL(pwrite64)(fd, from, n, at);
}
