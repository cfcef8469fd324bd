use crate::InvalidInput;

/// The most dimensions that can be stored.
const MOST_DIMENSIONS: usize = 16_000;

/// The least and the greatest length: what lies beyond cannot be reckoned with in single precision, as the database does.
const LENGTHS: std::ops::RangeInclusive<f64> = 1e-15..=1e15;

/// A vector, and the model that made it. Vectors of different models say nothing about each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    model: String,
    vector: Vec<f32>,
}

impl Embedding {
    /// A vector of 1 to 16,000 finite numbers and of a length of 10⁻¹⁵ to 10¹⁵, made by the model of this name (1 to 255
    /// characters).
    pub fn new(model: impl Into<String>, vector: Vec<f32>) -> Result<Self, InvalidInput> {
        let model = model.into();
        if model.trim().is_empty() || model.chars().count() > 255 || model.contains('\0') {
            let reason = "expected 1 to 255 characters, not only blanks";
            return Err(InvalidInput::new("embedding_model", reason));
        }
        if vector.is_empty() || vector.len() > MOST_DIMENSIONS {
            let reason = format!("expected 1 to 16000 numbers, not {}", vector.len());
            return Err(InvalidInput::new("embedding", reason));
        }
        if let Some(index) = vector.iter().position(|number| !number.is_finite()) {
            let reason = format!("{} is not a number", vector[index]);
            return Err(InvalidInput::new(format!("embedding[{index}]"), reason));
        }
        if !Self::has_direction(&vector) {
            let reason = if length(&vector) < 1.0 {
                "all numbers are 0, or next to it: such a vector has no direction"
            } else {
                "the numbers are too large: expected a length of 1e15 at most"
            };
            return Err(InvalidInput::new("embedding", reason));
        }
        Ok(Self { model, vector })
    }

    /// Whether the numbers are finite, and neither next to 0 nor so large that nothing can be compared with them.
    pub fn has_direction(vector: &[f32]) -> bool {
        LENGTHS.contains(&length(vector))
    }

    /// The model that made it.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The numbers.
    pub fn vector(&self) -> &[f32] {
        &self.vector
    }

    /// How many numbers there are.
    pub fn dimensions(&self) -> usize {
        self.vector.len()
    }

    /// The cosine of the angle between two vectors, −1 to 1; `None` if they cannot be compared, for they are of different
    /// models or dimensions.
    pub fn similarity(&self, other: &Self) -> Option<f64> {
        if self.model != other.model || self.dimensions() != other.dimensions() {
            return None;
        }
        let (mut product, mut one, mut two) = (0.0_f64, 0.0_f64, 0.0_f64);
        for (a, b) in self.vector.iter().zip(&other.vector) {
            let (a, b) = (f64::from(*a), f64::from(*b));
            product += a * b;
            one += a * a;
            two += b * b;
        }
        Some((product / (one * two).sqrt()).clamp(-1.0, 1.0))
    }
}

fn length(vector: &[f32]) -> f64 {
    vector.iter().map(|number| f64::from(*number) * f64::from(*number)).sum::<f64>().sqrt()
}
