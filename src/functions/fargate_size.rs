//! `fargate_size`.

use tf_plugin::{FunctionError, Object, Parameters};

use crate::values::fargate;

/// The smallest size of task that Fargate sells and that is large enough.
///
/// `provider::drop::fargate_size(300, 900)` is `{ cpu = 512, memory = 1024 }`: what the block `size` of
/// `drop_app_service` takes.
#[derive(Parameters)]
pub struct Desired {
    /// CPU units that are needed at the least; 1024 are one vCPU. At most 16384.
    cpu: i64,
    /// Memory in MiB that is needed at the least. At most 122880.
    memory: i64,
}

#[derive(Debug, PartialEq, Object)]
pub struct Size {
    /// CPU units; 1024 are one vCPU.
    cpu: i64,
    /// Memory in MiB.
    memory: i64,
}

pub fn fargate_size(desired: Desired) -> Result<Size, FunctionError> {
    if desired.cpu < 1 || fargate::smallest(desired.cpu, 1).is_none() {
        return Err(FunctionError::argument("cpu", "must be from 1 to 16384 CPU units"));
    }
    match fargate::smallest(desired.cpu, desired.memory).filter(|_| desired.memory >= 1) {
        Some((cpu, memory)) => Ok(Size { cpu, memory }),
        None => Err(FunctionError::argument("memory", "must be from 1 to 122880 MiB")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_enough_and_no_larger() {
        assert_eq!(fargate_size(Desired { cpu: 300, memory: 900 }), Ok(Size { cpu: 512, memory: 1024 }));
        let refused = |cpu, memory| fargate_size(Desired { cpu, memory }).unwrap_err().text().to_owned();
        assert!(refused(0, 1).contains("16384") && refused(99999, 1).contains("16384"));
        assert!(refused(256, 0).contains("122880") && refused(256, 200_000).contains("122880"));
    }
}
