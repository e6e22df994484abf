//! The sizes of tasks that Fargate sells.

/// CPU units, the least and the most memory in MiB, and its step.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size>
const SIZES: [(i64, i64, i64, i64); 7] = [
    (256, 512, 2048, 1024),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

/// The CPU units that are sold, the least first.
pub fn cpus() -> impl Iterator<Item = i64> {
    SIZES.iter().map(|(cpu, ..)| *cpu)
}

/// The memory that is sold with these CPU units, the least first; nothing if they are not sold.
pub fn memories(cpu: i64) -> Vec<i64> {
    match SIZES.iter().find(|(units, ..)| *units == cpu) {
        None => vec![],
        // The smallest size alone has no even steps.
        Some((256, ..)) => vec![512, 1024, 2048],
        Some((_, least, most, step)) => (0..).map(|n| least + n * step).take_while(|memory| memory <= most).collect(),
    }
}

/// The memory that is sold with these CPU units, in words.
pub fn in_words(cpu: i64) -> String {
    match SIZES.iter().find(|(units, ..)| *units == cpu) {
        Some((_, least, most, step)) if cpu != 256 => format!("{least} to {most} MiB in steps of {step}"),
        _ => "512, 1024 or 2048 MiB".to_owned(),
    }
}

/// The smallest size that has at least so many CPU units and so much memory.
pub fn smallest(cpu: i64, memory: i64) -> Option<(i64, i64)> {
    let enough = |units: i64| memories(units).into_iter().find(|sold| *sold >= memory).map(|sold| (units, sold));
    cpus().filter(|units| *units >= cpu).find_map(enough)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_that_is_large_enough() {
        assert_eq!(smallest(1, 1), Some((256, 512)));
        assert_eq!(smallest(256, 3000), Some((512, 3072)));
        assert_eq!(smallest(5000, 17000), Some((8192, 20480)));
        assert_eq!(smallest(16384, 122_880), Some((16384, 122_880)));
        assert_eq!((smallest(16385, 1), smallest(1, 122_881)), (None, None));
    }
}
