//! Postroom against the real world, one binary: real databases and servers, false ones for their bad days, all on this machine.
#![cfg(test)]

mod backtest;
mod commands;
mod crash;
mod domain;
mod duties;
mod events;
mod form;
mod imap;
mod imap_faults;
mod layers;
mod letters;
mod oauth;
mod person;
mod quiet;
mod record;
mod rehearsal;
mod release;
mod routes;
mod servers;
mod smtp;
mod smtp_faults;
mod social;
mod store;
mod story;
mod tutorial;
mod webhooks;
