/* A process that thinks it runs on a processor with AVX2 and nothing newer, of MAKER intel or amd: CPUID faults and is answered here.
   cc -shared -fPIC -o older.so older_processor.c; MAKER=amd LD_PRELOAD=./older.so python …   Linux on x86-64 with cpuid_fault. */
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define ARCH_SET_CPUID 0x1012

static int amd;

static long allow_cpuid(long on) { return syscall(SYS_arch_prctl, ARCH_SET_CPUID, on); }

static void answer(int number, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    unsigned char *instruction = (unsigned char *)registers[REG_RIP];
    unsigned leaf = registers[REG_RAX], part = registers[REG_RCX], a, b, c, d;
    if (instruction[0] != 0x0f || instruction[1] != 0xa2) { /* a fault of the program's own */
        signal(SIGSEGV, SIG_DFL);
        return;
    }
    allow_cpuid(1);
    __cpuid_count(leaf, part, a, b, c, d);
    allow_cpuid(0);
    if (leaf == 7 && part == 0) { /* AVX-512, AMX, VAES, GFNI; no further parts */
        a = 0;
        b &= ~0xdc230000u;
        c &= ~0x00005f42u;
        d &= ~0x03c0010cu;
    } else if (leaf == 7 || leaf == 0x1d || leaf == 0x1e || (amd && (leaf == 2 || leaf == 4))) {
        a = b = c = d = 0;
    } else if (leaf == 0xd && part == 0) {
        a &= 7; /* no state that is newer than AVX's */
    } else if (leaf == 1) {
        a = amd ? 0x00a00f11 : 0x000306f2; /* Milan, Haswell */
    } else if (amd && (leaf == 0 || leaf == 0x80000000)) {
        memcpy(&b, "Auth", 4), memcpy(&d, "enti", 4), memcpy(&c, "cAMD", 4);
        a = leaf == 0 ? 0xd : a;
    }
    registers[REG_RAX] = a, registers[REG_RBX] = b, registers[REG_RCX] = c, registers[REG_RDX] = d;
    registers[REG_RIP] += 2;
}

__attribute__((constructor)) static void start(void) {
    const char *maker = getenv("MAKER");
    struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO | SA_NODEFER};
    amd = maker && !strcmp(maker, "amd");
    sigaction(SIGSEGV, &action, 0);
    if (allow_cpuid(0) != 0) {
        static const char message[] = "CPUID: expected a processor that lets it fault (cpuid_fault), found none\n";
        write(2, message, sizeof message - 1);
        _exit(1);
    }
}
