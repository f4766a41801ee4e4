//! The `postroom` program: see `postroom help`, README.md and src/cli.

use std::process::ExitCode;

fn main() -> ExitCode {
    postroom::cli::main()
}
